package parley.interop.cxf;

import jakarta.xml.ws.soap.SOAPBinding;
import java.io.StringReader;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.cxf.BusFactory;
import org.apache.cxf.endpoint.Client;
import org.apache.cxf.endpoint.Endpoint;
import org.apache.cxf.frontend.ClientProxy;
import org.apache.cxf.jaxws.JaxWsProxyFactoryBean;
import org.apache.cxf.jaxws.JaxWsServerFactoryBean;
import org.apache.cxf.staxutils.StaxUtils;
import org.apache.cxf.transport.jms.ConnectionFactoryFeature;
import org.apache.cxf.ws.policy.WSPolicyFeature;
import org.apache.cxf.ws.security.SecurityConstants;
import org.apache.cxf.ws.security.tokenstore.SecurityToken;
import org.apache.cxf.ws.security.trust.STSClient;
import org.apache.qpid.jms.JmsConnectionFactory;

/** CXF over JMS, through whatever broker speaks AMQP 1.0. */
public final class JmsMain {
  private static Map<String, String> options;
  private static Path keys;

  private JmsMain() {}

  /** @param args server|client, then broker=URL queue=NAME endpoint=NAME keys=FOLDER type=text|byte */
  public static void main(String[] args) throws Exception {
    Warnings warnings = Warnings.install();
    options = new TreeMap<>();
    for (int i = 1; i < args.length; i++) {
      int equals = args[i].indexOf('=');
      options.put(args[i].substring(0, equals), args[i].substring(equals + 1));
    }
    keys = Path.of(options.get("keys"));
    if (args[0].equals("server")) server();
    else client(warnings);
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

  private static void client(Warnings warnings) throws Exception {
    JaxWsProxyFactoryBean factory = new JaxWsProxyFactoryBean();
    factory.setServiceClass(Echo.class);
    factory.setBindingId(binding());
    factory.setAddress(address());
    factory.getFeatures().add(connections());
    factory.getFeatures().add(policy());
    // The client of the token service is another, which has nothing of this one but its address.
    STSClient tokens = new STSClient(BusFactory.getDefaultBus());
    tokens.setFeatures(List.of(connections()));
    Map<String, Object> settings = Settings.of(keys, false);
    for (String suffix : new String[] {"", ".sct"}) settings.put(org.apache.cxf.rt.security.SecurityConstants.STS_CLIENT + suffix, tokens);
    factory.setProperties(settings);
    Echo echo = factory.create(Echo.class);
    Client client = ClientProxy.getClient(echo);
    Endpoint endpoint = client.getEndpoint();
    call(echo, "issue+call");
    call(echo, "call");
    SecurityToken before = (SecurityToken) endpoint.get(SecurityConstants.TOKEN);
    before.setExpires(Instant.now().minusSeconds(5));
    call(echo, "renew+call");
    SecurityToken after = (SecurityToken) endpoint.get(SecurityConstants.TOKEN);
    String trouble = warnings.take("Error renewing");
    boolean same = after != null && after.getId().equals(before.getId());
    System.out.println("STEP renewed: " + (trouble == null && same ? "ok" : "FAILED " + trouble));
    client.getRequestContext().put(org.apache.cxf.rt.security.SecurityConstants.STS_TOKEN_DO_CANCEL, "true");
    call(echo, "call+cancel");
    trouble = warnings.take("Problem cancelling");
    System.out.println("STEP cancelled: " + (trouble == null ? "ok" : "FAILED " + trouble));
    client.destroy();
  }

  private static void call(Echo echo, String step) {
    String text = "Grüße & <" + step + ">";
    String outcome;
    try {
      outcome = text.equals(echo.echo(text)) ? "ok" : "OTHER ANSWER";
    } catch (Exception e) {
      StringBuilder said = new StringBuilder("FAULT");
      for (Throwable t = e; t != null && t.getCause() != t; t = t.getCause()) said.append(" <- ").append(t);
      outcome = said.toString().replace('\n', ' ');
    }
    System.out.println("STEP " + step + ": " + outcome);
  }
}
