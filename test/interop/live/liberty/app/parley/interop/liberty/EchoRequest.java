package parley.interop.liberty;

import javax.xml.bind.annotation.XmlAccessType;
import javax.xml.bind.annotation.XmlAccessorType;
import javax.xml.bind.annotation.XmlElement;
import javax.xml.bind.annotation.XmlRootElement;
import javax.xml.bind.annotation.XmlType;

@XmlAccessorType(XmlAccessType.FIELD)
@XmlType(name = "echo", namespace = "urn:peer:echo", propOrder = "text")
@XmlRootElement(name = "echo", namespace = "urn:peer:echo")
public class EchoRequest {
  @XmlElement(name = "text", namespace = "urn:peer:echo")
  private String text;

  public String getText() {
    return text;
  }

  public void setText(String text) {
    this.text = text;
  }
}
