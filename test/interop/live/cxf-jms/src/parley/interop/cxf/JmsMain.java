package parley.interop.cxf;

import jakarta.xml.ws.soap.SOAPBinding;
import java.io.StringReader;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import org.apache.cxf.jaxws.JaxWsServerFactoryBean;
import org.apache.cxf.staxutils.StaxUtils;
import org.apache.cxf.transport.jms.ConnectionFactoryFeature;
import org.apache.cxf.ws.policy.WSPolicyFeature;
import org.apache.qpid.jms.JmsConnectionFactory;

/** CXF over JMS, through whatever broker speaks AMQP 1.0. */
public final class JmsMain {
  private static Map<String, String> options;
  private static Path keys;

  private JmsMain() {}

  /** @param args server, then broker=URL queue=NAME endpoint=NAME keys=FOLDER type=text|byte */
  public static void main(String[] args) throws Exception {
    Warnings.install();
    options = new TreeMap<>();
    for (int i = 1; i < args.length; i++) {
      int equals = args[i].indexOf('=');
      options.put(args[i].substring(0, equals), args[i].substring(equals + 1));
    }
    keys = Path.of(options.get("keys"));
    server();
    System.exit(0);
  }

  private static String address() {
    return "jms:queue:" + options.get("queue") + "?messageType=" + options.get("type");
  }

  private static String binding() {
    return Policies.soap12(options.get("endpoint")) ? SOAPBinding.SOAP12HTTP_BINDING : SOAPBinding.SOAP11HTTP_BINDING;
  }

  private static WSPolicyFeature policy() throws Exception {
    WSPolicyFeature feature = new WSPolicyFeature();
    String policy = Policies.policy(options.get("endpoint"));
    feature.setPolicyElements(Collections.singletonList(StaxUtils.read(new StringReader(policy)).getDocumentElement()));
    return feature;
  }

  private static ConnectionFactoryFeature connections() {
    return new ConnectionFactoryFeature(new JmsConnectionFactory("kit", "kit", options.get("broker")));
  }

  private static void server() throws Exception {
    JaxWsServerFactoryBean factory = new JaxWsServerFactoryBean();
    factory.setServiceBean(new EchoImpl());
    factory.setBindingId(binding());
    factory.setAddress(address());
    factory.getFeatures().add(policy());
    factory.getFeatures().add(connections());
    factory.setProperties(Settings.of(keys, true));
    factory.create();
    System.out.println("READY");
    while (System.in.read() >= 0) { /* until whoever started this goes */ }
  }
}
