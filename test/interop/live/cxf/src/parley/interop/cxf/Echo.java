package parley.interop.cxf;

import jakarta.jws.WebMethod;
import jakarta.jws.WebParam;
import jakarta.jws.WebResult;
import jakarta.jws.WebService;

@WebService(targetNamespace = "urn:peer:echo", name = "Echo")
public interface Echo {
  @WebMethod(action = "urn:peer:echo/echo")
  @WebResult(name = "text", targetNamespace = "urn:peer:echo")
  String echo(@WebParam(name = "text", targetNamespace = "urn:peer:echo") String text);
}
