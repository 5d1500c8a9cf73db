package parley.interop.liberty;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import parley.interop.cxf.Policies;

/** Writes the WSDLs, one class and one servlet mapping for each endpoint. Arguments: folder of the WAR, folder of the sources. */
public final class Generate {
  private Generate() {}

  public static void main(String[] args) throws IOException {
    Path war = Path.of(args[0]);
    Path src = Path.of(args[1], "parley", "interop", "liberty", "endpoint");
    Files.createDirectories(war.resolve("WEB-INF/wsdl"));
    Files.createDirectories(src);
    StringBuilder servlets = new StringBuilder();
    for (String name : names()) {
      String type = "E_" + name.replace('-', '_');
      Files.writeString(war.resolve("WEB-INF/wsdl/" + name + ".wsdl"), wsdl(name));
      Files.writeString(src.resolve(type + ".java"), "package parley.interop.liberty.endpoint;\n"
          + "@javax.jws.WebService(targetNamespace = \"urn:peer:echo\", endpointInterface = \"parley.interop.liberty.Echo\", serviceName = \"EchoService\", portName = \"EchoPort\", wsdlLocation = \"WEB-INF/wsdl/" + name + ".wsdl\")\n"
          + (Policies.soap12(name) ? "@javax.xml.ws.BindingType(javax.xml.ws.soap.SOAPBinding.SOAP12HTTP_BINDING)\n" : "")
          + "public class " + type + " extends parley.interop.liberty.EchoBase implements parley.interop.liberty.Echo {}\n");
      servlets.append("  <servlet><servlet-name>" + name + "</servlet-name><servlet-class>parley.interop.liberty.endpoint." + type + "</servlet-class></servlet>\n"
          + "  <servlet-mapping><servlet-name>" + name + "</servlet-name><url-pattern>/" + name + "</url-pattern></servlet-mapping>\n");
    }
    Files.writeString(war.resolve("WEB-INF/web.xml"), "<web-app xmlns='http://java.sun.com/xml/ns/javaee' version='3.0'>\n" + servlets
        + "  <servlet><servlet-name>client</servlet-name><servlet-class>parley.interop.liberty.ClientServlet</servlet-class></servlet>\n"
        + "  <servlet-mapping><servlet-name>client</servlet-name><url-pattern>/client</url-pattern></servlet-mapping>\n</web-app>\n");
  }

  static List<String> names() {
    List<String> names = new ArrayList<>(Policies.all());
    names.removeIf(name -> name.contains("-wsa04-"));
    return names;
  }

  private static String wsdl(String name) {
    boolean soap12 = Policies.soap12(name);
    String soap = soap12 ? "http://schemas.xmlsoap.org/wsdl/soap12/" : "http://schemas.xmlsoap.org/wsdl/soap/";
    String policy = Policies.policy(name);
    String wsp = name.contains("-13-") ? "http://www.w3.org/ns/ws-policy" : "http://schemas.xmlsoap.org/ws/2004/09/policy";
    policy = policy.replaceFirst("<wsp:Policy ", "<wsp:Policy xmlns:wsu='http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd' wsu:Id='P' ");
    return "<wsdl:definitions xmlns:wsdl='http://schemas.xmlsoap.org/wsdl/' xmlns:soap='" + soap + "' xmlns:t='urn:peer:echo' xmlns:xs='http://www.w3.org/2001/XMLSchema' targetNamespace='urn:peer:echo' name='EchoService'>\n"
        + policy + "\n"
        + "<wsdl:types><xs:schema targetNamespace='urn:peer:echo' elementFormDefault='qualified'>"
        + "<xs:element name='echo'><xs:complexType><xs:sequence><xs:element name='text' type='xs:string' minOccurs='0'/></xs:sequence></xs:complexType></xs:element>"
        + "<xs:element name='echoResponse'><xs:complexType><xs:sequence><xs:element name='text' type='xs:string' minOccurs='0'/></xs:sequence></xs:complexType></xs:element>"
        + "</xs:schema></wsdl:types>\n"
        + "<wsdl:message name='echo'><wsdl:part name='parameters' element='t:echo'/></wsdl:message>\n"
        + "<wsdl:message name='echoResponse'><wsdl:part name='parameters' element='t:echoResponse'/></wsdl:message>\n"
        + "<wsdl:portType name='Echo'><wsdl:operation name='echo'><wsdl:input message='t:echo' name='echo' xmlns:wsaw='http://www.w3.org/2006/05/addressing/wsdl' wsaw:Action='urn:peer:echo/echo'/>"
        + "<wsdl:output message='t:echoResponse' name='echoResponse'/></wsdl:operation></wsdl:portType>\n"
        + "<wsdl:binding name='EchoBinding' type='t:Echo'><wsp:PolicyReference xmlns:wsp='" + wsp + "' URI='#P'/>"
        + "<soap:binding style='document' transport='http://schemas.xmlsoap.org/soap/http'/>"
        + "<wsdl:operation name='echo'><soap:operation soapAction='urn:peer:echo/echo' style='document'/>"
        + "<wsdl:input name='echo'><soap:body use='literal'/></wsdl:input><wsdl:output name='echoResponse'><soap:body use='literal'/></wsdl:output></wsdl:operation></wsdl:binding>\n"
        + "<wsdl:service name='EchoService'><wsdl:port name='EchoPort' binding='t:EchoBinding'><soap:address location='http" + (Policies.overTls(name) ? "s://127.0.0.1:9443/" : "://127.0.0.1:9080/") + name + "'/></wsdl:port></wsdl:service>\n"
        + "</wsdl:definitions>\n";
  }
}
