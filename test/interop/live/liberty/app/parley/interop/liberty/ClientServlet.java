package parley.interop.liberty;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.net.URL;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import javax.servlet.http.HttpServlet;
import javax.servlet.http.HttpServletRequest;
import javax.servlet.http.HttpServletResponse;
import javax.xml.namespace.QName;
import javax.xml.ws.BindingProvider;
import javax.xml.ws.Service;
import javax.xml.ws.WebServiceException;

/** GET /client?endpoints=a,b&amp;http=BASE&amp;https=BASE[&amp;calls=2][&amp;renew=false][&amp;cancel=false][&amp;trace=true]: calls these endpoints, one line each. */
public final class ClientServlet extends HttpServlet {
  private static final long serialVersionUID = 1;
  private static final String TOKEN = "ws-security.token";

  @Override
  protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
    response.setContentType("text/plain; charset=UTF-8");
    PrintWriter out = response.getWriter();
    for (String name : request.getParameter("endpoints").split(",")) {
      List<String> steps = new ArrayList<>();
      try {
        boolean tls = name.startsWith("tls-") || name.startsWith("mix-");
        session(name, request.getParameter(tls ? "https" : "http") + "/" + name, request, steps);
      } catch (Exception e) {
        steps.add("setup: " + describe(e, request));
      }
      out.println("RESULT " + name + " | " + String.join(" | ", steps));
      out.flush();
    }
  }

  private static Properties keys(String store, String alias) {
    String folder = System.getProperty("parley.keys");
    Properties p = new Properties();
    p.put("org.apache.ws.security.crypto.provider", "org.apache.ws.security.components.crypto.Merlin");
    p.put("org.apache.ws.security.crypto.merlin.keystore.type", "pkcs12");
    p.put("org.apache.ws.security.crypto.merlin.keystore.password", "password");
    p.put("org.apache.ws.security.crypto.merlin.keystore.private.password", "password");
    p.put("org.apache.ws.security.crypto.merlin.keystore.alias", alias);
    p.put("org.apache.ws.security.crypto.merlin.file", folder + "/" + store + ".p12");
    p.put("org.apache.ws.security.crypto.merlin.truststore.type", "pkcs12");
    p.put("org.apache.ws.security.crypto.merlin.truststore.password", "password");
    p.put("org.apache.ws.security.crypto.merlin.truststore.file", folder + "/trust.p12");
    return p;
  }

  private void session(String name, String url, HttpServletRequest request, List<String> steps) throws Exception {
    URL wsdl = getServletContext().getResource("/WEB-INF/wsdl/" + name + ".wsdl");
    Echo echo = Service.create(wsdl, new QName("urn:peer:echo", "EchoService")).getPort(new QName("urn:peer:echo", "EchoPort"), Echo.class);
    Map<String, Object> context = ((BindingProvider) echo).getRequestContext();
    context.put(BindingProvider.ENDPOINT_ADDRESS_PROPERTY, url);
    for (String suffix : new String[] {"", ".sct"}) {
      context.put("ws-security.username" + suffix, "alice");
      context.put("ws-security.password" + suffix, "correct horse");
      context.put("ws-security.callback-handler" + suffix, new Passwords());
      context.put("ws-security.signature.properties" + suffix, keys("client", "client"));
      context.put("ws-security.signature.username" + suffix, "client");
      context.put("ws-security.encryption.properties" + suffix, keys("client", "server"));
      context.put("ws-security.encryption.username" + suffix, "server");
    }
    int calls = request.getParameter("calls") == null ? 2 : Integer.parseInt(request.getParameter("calls"));
    for (int i = 1; i <= calls; i++) {
      boolean ok = call(echo, (i == 1 ? "issue+call" : "call") + i, steps, request);
      if (!ok && i == 1) return;
    }
    Object endpoint = endpoint(echo);
    if (endpoint == null) {
      steps.add("no endpoint to be had from " + Proxy.getInvocationHandler(echo).getClass());
      return;
    }
    Method get = Map.class.getMethod("get", Object.class);
    if (!"false".equals(request.getParameter("renew"))) {
      Object before = get.invoke(endpoint, TOKEN);
      Object idBefore = before == null ? null : token(before, "getId");
      if ("true".equals(request.getParameter("expiry"))) steps.add("expires " + token(before, "getExpires") + " now " + new java.util.Date());
      expire(before, steps);
      call(echo, "renew+call", steps, request);
      Object after = get.invoke(endpoint, TOKEN);
      steps.add(after == null ? "no token after renew" : String.valueOf(token(after, "getId")).equals(idBefore) ? "renewed: same identifier" : "renewed: issued anew");
      call(echo, "call after renew", steps, request);
    }
    if (!"false".equals(request.getParameter("cancel"))) {
      Object held = get.invoke(endpoint, TOKEN);
      context.put("ws-security.sts.token.do.cancel", "true");
      context.put("security.sts.token.do.cancel", "true");
      call(echo, "call+cancel", steps, request);
      context.put("ws-security.sts.token.do.cancel", "false");
      context.put("security.sts.token.do.cancel", "false");
      Object left = get.invoke(endpoint, TOKEN);
      steps.add(left == null ? "cancel: token gone" : "cancel: token still there");
      if (held != null) {
        Map.class.getMethod("put", Object.class, Object.class).invoke(endpoint, TOKEN, held);
        call(echo, "call with cancelled", steps, request);
      }
    }
  }

  private static Object token(Object token, String method) throws Exception {
    return token.getClass().getMethod(method).invoke(token);
  }

  private static void expire(Object token, List<String> steps) throws Exception {
    if (token == null) {
      steps.add("no token to expire");
      return;
    }
    for (Method method : token.getClass().getMethods()) {
      if (!method.getName().equals("setExpires")) continue;
      Class<?> type = method.getParameterTypes()[0];
      method.invoke(token, type == java.util.Date.class ? new java.util.Date(System.currentTimeMillis() - 5000) : java.time.Instant.now().minusSeconds(5));
      return;
    }
    steps.add("no setExpires");
  }

  /** CXF's Endpoint behind the proxy; CXF's packages are not visible to applications, its public methods are. */
  private static Object endpoint(Object proxy) throws Exception {
    InvocationHandler handler = Proxy.getInvocationHandler(proxy);
    for (Class<?> type = handler.getClass(); type != null; type = type.getSuperclass()) {
      try {
        Method getClient = type.getDeclaredMethod("getClient");
        getClient.setAccessible(true);
        Object client = getClient.invoke(handler);
        Method getEndpoint = client.getClass().getMethod("getEndpoint");
        getEndpoint.setAccessible(true);
        return getEndpoint.invoke(client);
      } catch (NoSuchMethodException e) {
        // the next one up
      }
    }
    return null;
  }

  private static boolean call(Echo echo, String step, List<String> steps, HttpServletRequest request) {
    String text = "Gr\u00fc\u00dfe & <" + step + ">";
    try {
      String answer = echo.echo(text);
      steps.add(step + ": " + (text.equals(answer) ? "ok" : "OTHER ANSWER " + answer));
      return true;
    } catch (WebServiceException e) {
      steps.add(step + ": " + describe(e, request));
      return false;
    }
  }

  private static String describe(Throwable e, HttpServletRequest request) {
    if ("true".equals(request.getParameter("trace"))) {
      StringWriter text = new StringWriter();
      e.printStackTrace(new PrintWriter(text));
      return text.toString();
    }
    StringBuilder text = new StringBuilder("FAULT");
    for (Throwable t = e; t != null; t = t.getCause()) {
      text.append(" <- ").append(t.getClass().getSimpleName()).append(": ").append(String.valueOf(t.getMessage()).replace('\n', ' '));
      if (t.getCause() == t) break;
    }
    return text.toString();
  }
}
