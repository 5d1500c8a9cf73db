package parley.interop.metro;

import jakarta.jws.WebService;

@WebService(targetNamespace = "urn:peer:echo", endpointInterface = "parley.interop.metro.Echo", serviceName = "EchoService", portName = "EchoPort")
public class EchoImpl implements Echo {
  @Override
  public String echo(String text) {
    if ("fail".equals(text)) throw new IllegalStateException("asked to fail");
    return text;
  }
}
