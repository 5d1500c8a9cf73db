package parley.interop.rampart;

import org.apache.axiom.om.OMElement;
import org.apache.axiom.om.OMNamespace;
import org.apache.axiom.om.OMText;

public class EchoService {
  public OMElement echo(OMElement request) {
    OMElement text = request.getFirstElement();
    OMNamespace ns = request.getOMFactory().createOMNamespace("urn:peer:echo", "e");
    OMElement reply = request.getOMFactory().createOMElement("echoResponse", ns);
    OMElement child = request.getOMFactory().createOMElement("text", ns, reply);
    child.setText(text == null ? "" : text.getText());
    return reply;
  }
}
