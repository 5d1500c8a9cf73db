package parley.interop.metro;

import jakarta.jws.WebMethod;
import jakarta.jws.WebParam;
import jakarta.jws.WebResult;
import jakarta.jws.WebService;
import jakarta.xml.ws.Action;
import jakarta.xml.ws.RequestWrapper;
import jakarta.xml.ws.ResponseWrapper;

@WebService(targetNamespace = "urn:peer:echo", name = "Echo")
public interface Echo {
  @WebMethod(action = "urn:peer:echo/echo")
  @Action(input = "urn:peer:echo/echo", output = "urn:peer:echo:Echo:echoResponse")
  @RequestWrapper(localName = "echo", targetNamespace = "urn:peer:echo")
  @ResponseWrapper(localName = "echoResponse", targetNamespace = "urn:peer:echo")
  @WebResult(name = "text", targetNamespace = "urn:peer:echo")
  String echo(@WebParam(name = "text", targetNamespace = "urn:peer:echo") String text);
}
