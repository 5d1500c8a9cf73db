package parley.interop.metro;

import com.sun.net.httpserver.HttpContext;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import jakarta.xml.ws.BindingProvider;
import jakarta.xml.ws.Endpoint;
import jakarta.xml.ws.Service;
import jakarta.xml.ws.soap.SOAPBinding;
import java.io.Closeable;
import java.io.FileInputStream;
import java.io.StringReader;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.xml.namespace.QName;
import javax.xml.transform.stream.StreamSource;

/** server | client | wsdl; key=value after it. See docs/interop.md. */
public final class Main {
  private static final QName SERVICE = new QName("urn:peer:echo", "EchoService");
  private static final QName PORT = new QName("urn:peer:echo", "EchoPort");

  public static void main(String[] args) throws Exception {
    Map<String, String> options = new HashMap<>();
    for (int i = 1; i < args.length; i++) {
      int at = args[i].indexOf('=');
      options.put(args[i].substring(0, at), args[i].substring(at + 1));
    }
    System.setProperty("com.sun.xml.ws.monitoring.endpoint", "false"); // all endpoints have one name; JMX refuses the second
    System.setProperty("com.sun.xml.ws.monitoring.client", "false");
    String keys = Path.of(options.getOrDefault("keys", "keys")).toAbsolutePath().toString();
    System.setProperty("javax.net.ssl.trustStore", keys + "/trust.p12");
    System.setProperty("javax.net.ssl.trustStorePassword", "password");
    List<String> names = options.containsKey("endpoints") ? List.of(options.get("endpoints").split(",")) : Policies.all();
    switch (args[0]) {
      case "server" -> server(options, names, keys);
      case "client" -> {
        client(options, names, keys);
        System.exit(0);
      }
      case "wsdl" -> System.out.println(Policies.wsdl(names.get(0), "http://127.0.0.1:9180/" + names.get(0), options.containsKey("server"), keys));
      default -> throw new IllegalArgumentException(args[0]);
    }
  }

  private static void server(Map<String, String> options, List<String> names, String keys) throws Exception {
    int httpPort = Integer.parseInt(options.getOrDefault("http", "9180"));
    int httpsPort = Integer.parseInt(options.getOrDefault("https", "9543"));
    HttpServer http = HttpServer.create(new InetSocketAddress("127.0.0.1", httpPort), 0);
    HttpsServer https = HttpsServer.create(new InetSocketAddress("127.0.0.1", httpsPort), 0);
    SSLContext tls = SSLContext.getInstance("TLS");
    KeyManagerFactory managers = KeyManagerFactory.getInstance("PKIX");
    KeyStore store = KeyStore.getInstance("PKCS12");
    try (FileInputStream in = new FileInputStream(keys + "/server.p12")) {
      store.load(in, "password".toCharArray());
    }
    managers.init(store, "password".toCharArray());
    tls.init(managers.getKeyManagers(), null, null);
    https.setHttpsConfigurator(new HttpsConfigurator(tls));
    http.setExecutor(Executors.newFixedThreadPool(4));
    https.setExecutor(Executors.newFixedThreadPool(4));
    int count = 0;
    for (String name : names) {
      boolean secure = Policies.overTls(name);
      String address = (secure ? "https://127.0.0.1:" + httpsPort : "http://127.0.0.1:" + httpPort) + "/" + name;
      try {
        Endpoint endpoint = Endpoint.create(Policies.soap12(name) ? SOAPBinding.SOAP12HTTP_BINDING : SOAPBinding.SOAP11HTTP_BINDING, new EchoImpl());
        endpoint.setMetadata(new ArrayList<>(List.of(new StreamSource(new StringReader(Policies.wsdl(name, address, true, keys)), "file:///peer/" + name + ".wsdl"))));
        Map<String, Object> properties = new HashMap<>();
        properties.put(Endpoint.WSDL_SERVICE, SERVICE);
        properties.put(Endpoint.WSDL_PORT, PORT);
        endpoint.setProperties(properties);
        HttpContext context = (secure ? https : http).createContext("/" + name);
        endpoint.publish(context);
        count++;
      } catch (RuntimeException error) {
        System.out.println("NOT PUBLISHED " + name + " " + causes(error));
        if (options.containsKey("trace")) error.printStackTrace(System.out);
      }
    }
    http.start();
    https.start();
    System.out.println("READY " + count + " endpoints " + httpPort + " " + httpsPort);
    while (System.in.read() >= 0) { /* until whoever started this goes */ }
    System.exit(0);
  }

  private static void client(Map<String, String> options, List<String> names, String keys) throws Exception {
    String http = options.getOrDefault("http", "http://127.0.0.1:9180");
    String https = options.getOrDefault("https", "https://127.0.0.1:9543");
    int calls = Integer.parseInt(options.getOrDefault("calls", "2"));
    long waitMs = Long.parseLong(options.getOrDefault("wait", "21000"));
    // The contexts of these end while the others are at work; never two at once, which Metro takes amiss.
    List<Session> waiting = new ArrayList<>();
    for (String name : names) if (name.contains("-renew-")) waiting.add(new Session(name, options));
    for (Session session : waiting) session.begin(http, https, calls, keys);
    for (String name : names) {
      if (name.contains("-renew-")) continue;
      Session session = new Session(name, options);
      session.begin(http, https, calls, keys);
      session.end();
    }
    for (Session session : waiting) {
      Thread.sleep(Math.max(0, waitMs - session.sinceLastCallMs()));
      session.callAgain();
      session.end();
    }
  }

  private interface Steps {
    void run() throws Exception;
  }

  /** What the client does at one endpoint. */
  private static final class Session {
    private final String name;
    private final Map<String, String> options;
    private final StringBuilder line;
    private final long started = System.nanoTime();
    private long calledAt;
    private String step = "proxy";
    private boolean failed;
    private Echo port;

    Session(String name, Map<String, String> options) {
      this.name = name;
      this.options = options;
      this.line = new StringBuilder("RESULT " + name);
    }

    long sinceLastCallMs() {
      return (System.nanoTime() - calledAt) / 1_000_000;
    }

    void begin(String http, String https, int calls, String keys) {
      attempt(() -> {
        Path wsdl = Files.createTempFile("peer", ".wsdl");
        String address = options.containsKey("url") ? options.get("url") : (Policies.overTls(name) ? https : http) + "/" + name;
        Files.writeString(wsdl, Policies.wsdl(name, address, false, keys));
        port = Service.create(wsdl.toUri().toURL(), SERVICE).getPort(PORT, Echo.class);
        for (int i = 1; i <= calls; i++) call("call" + i);
      });
    }

    void callAgain() {
      attempt(() -> {
        call("call after expiry");
        call("call again");
      });
    }

    void end() {
      attempt(() -> {
        step = "close";
        ((Closeable) port).close();
        line.append(" | close: ok");
        if (options.containsKey("dead")) call("call after close");
      });
      System.out.println(line + " | " + (System.nanoTime() - started) / 1_000_000 + " ms");
    }

    private void call(String named) {
      step = named;
      Main.call(port, step, line);
      calledAt = System.nanoTime();
    }

    private void attempt(Steps steps) {
      if (failed) return;
      try {
        steps.run();
      } catch (Throwable error) {
        failed = true;
        line.append(" | ").append(step).append(": ").append(causes(error));
        if (options.containsKey("trace")) error.printStackTrace(System.out);
      }
    }
  }

  private static void call(Echo port, String step, StringBuilder line) {
    String text = "Gr\u00fc\u00dfe & <" + step + ">";
    String answer = port.echo(text);
    line.append(" | ").append(step).append(": ").append(text.equals(answer) ? "ok" : "WRONG " + answer);
  }

  private static String causes(Throwable error) {
    StringBuilder text = new StringBuilder();
    for (Throwable t = error; t != null && text.length() < 600; t = t.getCause()) text.append(t.getClass().getSimpleName()).append(": ").append(t.getMessage()).append(" / ");
    return text.toString().replaceAll("\\s+", " ");
  }
}
