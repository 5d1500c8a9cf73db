package parley.interop.cxf;

import jakarta.xml.ws.soap.SOAPBinding;
import java.io.BufferedReader;
import java.io.FileInputStream;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.StringReader;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.TrustManagerFactory;
import org.apache.cxf.Bus;
import org.apache.cxf.BusFactory;
import org.apache.cxf.configuration.jsse.TLSClientParameters;
import org.apache.cxf.configuration.jsse.TLSServerParameters;
import org.apache.cxf.endpoint.Client;
import org.apache.cxf.endpoint.Endpoint;
import org.apache.cxf.frontend.ClientProxy;
import org.apache.cxf.jaxws.JaxWsProxyFactoryBean;
import org.apache.cxf.jaxws.JaxWsServerFactoryBean;
import org.apache.cxf.staxutils.StaxUtils;
import org.apache.cxf.transport.http.HTTPConduitConfigurer;
import org.apache.cxf.transport.http_jetty.JettyHTTPServerEngineFactory;
import org.apache.cxf.transports.http.configuration.ConnectionType;
import org.apache.cxf.transports.http.configuration.HTTPClientPolicy;
import org.apache.cxf.ws.policy.WSPolicyFeature;
import org.apache.cxf.ws.security.SecurityConstants;
import org.apache.cxf.ws.security.tokenstore.SecurityToken;

public final class Main {
  private static String role;
  private static Path keys;
  private static Warnings warnings;
  private static Map<String, String> options;

  private Main() {}

  /** @param args server|client|load|steady|policy, then key=value pairs (see docs/interop.md) */
  public static void main(String[] args) throws Exception {
    System.setProperty("org.apache.cxf.stax.maxXMLCharacters", "1000000");
    warnings = Warnings.install();
    role = args[0];
    options = new TreeMap<>();
    for (int i = 1; i < args.length; i++) {
      int equals = args[i].indexOf('=');
      options.put(args[i].substring(0, equals), args[i].substring(equals + 1));
    }
    keys = Path.of(options.getOrDefault("keys", "keys"));
    switch (args[0]) {
      case "server" -> server();
      case "client" -> client();
      case "load" -> load();
      case "steady" -> steady();
      case "policy" -> {
        for (String name : names()) System.out.println("<!-- " + name + " -->\n" + Policies.policy(name));
      }
      default -> throw new IllegalArgumentException(args[0]);
    }
  }

  private static List<String> names() {
    String wanted = options.getOrDefault("endpoints", "all");
    return wanted.equals("all") ? Policies.all() : Arrays.asList(wanted.split(","));
  }

  private static WSPolicyFeature policyOf(String name) throws Exception {
    WSPolicyFeature feature = new WSPolicyFeature();
    feature.setPolicyElements(Collections.singletonList(StaxUtils.read(new StringReader(Policies.policy(name))).getDocumentElement()));
    return feature;
  }

  private static KeyStore store(String name) throws Exception {
    KeyStore store = KeyStore.getInstance("PKCS12");
    try (InputStream in = new FileInputStream(keys.resolve(name + ".p12").toFile())) {
      store.load(in, "password".toCharArray());
    }
    return store;
  }

  private static void server() throws Exception {
    String http = options.getOrDefault("http", "9080");
    String https = options.getOrDefault("https", "9443");
    Bus bus = BusFactory.getDefaultBus();
    KeyManagerFactory managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    managers.init(store("server"), "password".toCharArray());
    TLSServerParameters tls = new TLSServerParameters();
    tls.setKeyManagers(managers.getKeyManagers());
    JettyHTTPServerEngineFactory jetty = bus.getExtension(JettyHTTPServerEngineFactory.class);
    jetty.setTLSServerParametersForPort("127.0.0.1", Integer.parseInt(https), tls);
    for (String name : names()) {
      JaxWsServerFactoryBean factory = new JaxWsServerFactoryBean();
      factory.setServiceBean(new EchoImpl());
      factory.setBindingId(Policies.soap12(name) ? SOAPBinding.SOAP12HTTP_BINDING : SOAPBinding.SOAP11HTTP_BINDING);
      factory.setAddress((Policies.overTls(name) ? "https://127.0.0.1:" + https : "http://127.0.0.1:" + http) + "/" + name);
      factory.getFeatures().add(policyOf(name));
      Map<String, Object> settings = Settings.of(keys, true);
      if (options.containsKey("lifetime")) settings.put("ws-security.security.token.lifetime", options.get("lifetime"));
      if (options.containsKey("hmac")) settings.put("ws-security.symmetric.signature.algorithm", options.get("hmac"));
      if ("true".equals(options.get("errors"))) settings.put("ws-security.return.security.error", "true");
      if ("true".equals(options.get("streaming"))) settings.put("ws-security.enable.streaming", "true");
      factory.setProperties(settings);
      factory.create();
    }
    System.out.println("READY " + names().size() + " endpoints http=" + http + " https=" + https);
    while (System.in.read() >= 0) { /* until whoever started this goes */ }
    System.exit(0);
  }

  private static void client() throws Exception {
    String http = options.getOrDefault("http", "http://127.0.0.1:9080");
    String https = options.getOrDefault("https", "https://127.0.0.1:9443");
    int calls = Integer.parseInt(options.getOrDefault("calls", "2"));
    boolean renew = "true".equals(options.getOrDefault("renew", "true"));
    boolean cancel = "true".equals(options.getOrDefault("cancel", "true"));
    trustServers();
    for (String name : names()) {
      List<String> steps = new ArrayList<>();
      try {
        steps = session(name, (Policies.overTls(name) ? https : http) + "/" + name, calls, renew, cancel);
      } catch (Exception e) {
        steps.add("setup: " + describe(e));
      }
      System.out.println("RESULT " + name + " | " + String.join(" | ", steps));
    }
    System.exit(0);
  }

  /** Calls of one endpoint by its own client, over many threads, under one context: as many as each line says. */
  private static void load() throws Exception {
    trustServers();
    String name = names().get(0);
    Echo echo = proxy(name, options.get("http") + "/" + name);
    Load load = new Load(echo, Integer.parseInt(options.get("octets")), Integer.parseInt(options.get("threads")));
    System.out.println("READY");
    BufferedReader rounds = new BufferedReader(new InputStreamReader(System.in));
    for (String calls = rounds.readLine(); calls != null; calls = rounds.readLine())
      System.out.println("ROUND " + load.round(Integer.parseInt(calls)));
    System.exit(0);
  }

  /** Calls of one endpoint by as many clients as are wanted, each message over a connection of its own, until the input ends. */
  private static void steady() throws Exception {
    trustServers();
    String name = names().get(0);
    List<Echo> echoes = new ArrayList<>();
    for (int i = Integer.parseInt(options.get("clients")); i > 0; i--) echoes.add(proxy(name, options.get("http") + "/" + name));
    System.out.println("READY");
    new Steady().run(echoes);
    System.exit(0);
  }

  private static void trustServers() throws Exception {
    Bus bus = BusFactory.getDefaultBus();
    TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(store("trust"));
    bus.setExtension((HTTPConduitConfigurer) (name, address, conduit) -> {
      TLSClientParameters tls = new TLSClientParameters();
      tls.setTrustManagers(trust.getTrustManagers());
      tls.setDisableCNCheck(true);
      conduit.setTlsClientParameters(tls);
      HTTPClientPolicy policy = new HTTPClientPolicy();
      policy.setReceiveTimeout(20000);
      policy.setAutoRedirect(false);
      if ("steady".equals(role)) policy.setConnection(ConnectionType.CLOSE);
      conduit.setClient(policy);
    }, HTTPConduitConfigurer.class);
  }

  private static List<String> session(String name, String url, int calls, boolean renew, boolean cancel) throws Exception {
    List<String> steps = new ArrayList<>();
    Echo echo = proxy(name, url);
    Client client = ClientProxy.getClient(echo);
    Endpoint endpoint = client.getEndpoint();
    for (int i = 1; i <= calls; i++) {
      boolean ok = call(echo, (i == 1 ? "issue+call" : "call") + i, steps);
      if (!ok && i == 1) {
        if (endpoint.get(SecurityConstants.TOKEN) == null) return steps;
      }
    }
    if (renew) {
      SecurityToken before = (SecurityToken) endpoint.get(SecurityConstants.TOKEN);
      before.setExpires(Instant.now().minusSeconds(5));
      call(echo, "renew+call", steps);
      SecurityToken after = (SecurityToken) endpoint.get(SecurityConstants.TOKEN);
      String trouble = warnings.take("Error renewing");
      if (trouble != null) steps.add("RENEW FAILED " + trouble);
      if (after == null) steps.add("no token after renew");
      else steps.add("renewed: " + (after.getId().equals(before.getId()) ? "same identifier" + (after == before ? ", SAME TOKEN" : "") : "issued anew"));
      call(echo, "call after renew", steps);
    }
    if (cancel) {
      SecurityToken token = (SecurityToken) endpoint.get(SecurityConstants.TOKEN);
      client.getRequestContext().put(org.apache.cxf.rt.security.SecurityConstants.STS_TOKEN_DO_CANCEL, "true");
      warnings.take("");
      call(echo, "call+cancel", steps);
      String trouble = warnings.take("Problem cancelling");
      steps.add(trouble == null ? "cancel: ok" : "CANCEL FAILED " + trouble);
      client.getRequestContext().put(org.apache.cxf.rt.security.SecurityConstants.STS_TOKEN_DO_CANCEL, "false");
      // The endpoint still has the token; the server must not.
      endpoint.put(SecurityConstants.TOKEN, token);
      call(echo, "call with cancelled", steps);
    }
    client.destroy();
    return steps;
  }

  private static Echo proxy(String name, String url) throws Exception {
    JaxWsProxyFactoryBean factory = new JaxWsProxyFactoryBean();
    factory.setServiceClass(Echo.class);
    factory.setBindingId(Policies.soap12(name) ? SOAPBinding.SOAP12HTTP_BINDING : SOAPBinding.SOAP11HTTP_BINDING);
    factory.setAddress(url);
    factory.getFeatures().add(policyOf(name));
    Map<String, Object> settings = Settings.of(keys, false);
    if (options.containsKey("hmac")) settings.put("ws-security.symmetric.signature.algorithm", options.get("hmac"));
    if ("true".equals(options.get("streaming"))) settings.put("ws-security.enable.streaming", "true");
    if ("false".equals(options.get("reissue"))) settings.put("security.issue.after.failed.renew", "false");
    factory.setProperties(settings);
    return factory.create(Echo.class);
  }

  private static boolean call(Echo echo, String step, List<String> steps) {
    String text = "Grüße & <" + step + ">";
    try {
      String answer = echo.echo(text);
      steps.add(step + ": " + (text.equals(answer) ? "ok" : "OTHER ANSWER " + answer));
      return true;
    } catch (Exception e) {
      steps.add(step + ": " + describe(e));
      if ("true".equals(options.get("trace"))) e.printStackTrace();
      return false;
    }
  }

  private static String describe(Throwable e) {
    StringBuilder text = new StringBuilder("FAULT");
    for (Throwable t = e; t != null; t = t.getCause()) {
      text.append(" <- ").append(t.getClass().getSimpleName()).append(": ").append(String.valueOf(t.getMessage()).replace('\n', ' '));
      if (t.getCause() == t) break;
    }
    return text.toString();
  }
}
