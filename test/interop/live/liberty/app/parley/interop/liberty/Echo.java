package parley.interop.liberty;

import javax.jws.WebMethod;
import javax.jws.WebParam;
import javax.jws.WebResult;
import javax.jws.WebService;
import javax.xml.ws.RequestWrapper;
import javax.xml.ws.ResponseWrapper;

@WebService(targetNamespace = "urn:peer:echo", name = "Echo")
public interface Echo {
  @WebMethod(action = "urn:peer:echo/echo")
  @RequestWrapper(localName = "echo", targetNamespace = "urn:peer:echo", className = "parley.interop.liberty.EchoRequest")
  @ResponseWrapper(localName = "echoResponse", targetNamespace = "urn:peer:echo", className = "parley.interop.liberty.EchoResponse")
  @WebResult(name = "text", targetNamespace = "urn:peer:echo")
  String echo(@WebParam(name = "text", targetNamespace = "urn:peer:echo") String text);
}
