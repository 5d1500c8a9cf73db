package parley.interop.rampart;

import java.util.ArrayList;
import java.util.List;

/**
 * The endpoints by name: BOOTSTRAP-PROTECTION-GENERATION-SOAP, as in the CXF peer.
 *   BOOTSTRAP   x509   SymmetricBinding over the server's certificate, derived keys, anonymous client
 *               x509m  the same, and the client endorses with its certificate
 *               ut     the same as x509, and a UsernameToken (signed, encrypted)
 *               asym   AsymmetricBinding: both sides have a certificate
 *               tls    TransportBinding, UsernameToken; the context then protects messages by a SymmetricBinding
 *               mix    TransportBinding, UsernameToken; the context endorses messages in a TransportBinding
 *   PROTECTION  sbe    sign, encrypt Body             es     sign, encrypt Body and Signature
 *               ebs    encrypt Body, sign             sig    signed only
 *               nodk   sbe without derived keys    
 *               sha    sbe with Basic256Sha256        b128   sbe with Basic128
 *               noent  no entropy required            conf   RequireSignatureConfirmation
 *               pt     ProtectTokens                  never  IncludeToken Never
 *               own    the server's own key (BinarySecret)   ek   the same, as an EncryptedKey
 *               norefs no references in the RSTR
 *               (mix: dk or nodk)
 *   GENERATION  13 (sp 200702, Trust13) or 10 (sp 2005/07, Trust10);  SOAP 11 or 12
 */
final class Policies {
  private Policies() {}

  static final String SP12 = "http://docs.oasis-open.org/ws-sx/ws-securitypolicy/200702";
  static final String SP11 = "http://schemas.xmlsoap.org/ws/2005/07/securitypolicy";
  private static final String WSA = "http://www.w3.org/2005/08/addressing";

  static List<String> all() {
    List<String> names = new ArrayList<>();
    for (String gen : new String[] {"13", "10"})
      for (String boot : new String[] {"x509", "x509m", "ut", "asym", "tls"})
        for (String prot : new String[] {"sbe", "es"}) names.add(boot + "-" + prot + "-" + gen + "-12");
    for (String more : new String[] {"mix-dk-13-12", "mix-nodk-13-12", "mix-dk-10-12", "mix-nodk-10-11", "x509-sbe-13-11", "tls-sbe-10-11", "asym-sbe-10-11",
        "x509-ebs-13-12", "tls-ebs-13-12", "tls-nodk-13-12", "tls-sig-13-12", "x509-sig-13-12", "tls-sha-13-12", "tls-b128-13-12", "tls-own-13-12", "asym-ek-13-12",
        "tls-noent-13-12", "tls-conf-13-12", "x509-conf-13-12", "tls-pt-13-12", "tls-never-13-12", "tls-norefs-13-12"}) names.add(more);
    return names;
  }

  static boolean overTls(String name) {
    return name.startsWith("tls-") || name.startsWith("mix-");
  }

  static boolean soap12(String name) {
    return name.endsWith("-12");
  }

  /** services.xml's or the client's policy, with Rampart's own configuration. */
  static String policy(String name, boolean server, String keys) {
    String[] p = name.split("-");
    boolean is13 = p[2].equals("13");
    boolean mixed = p[0].equals("mix");
    String side = server ? "server" : "client";
    return "<wsp:Policy wsu:Id='endpoint' xmlns:wsp='http://schemas.xmlsoap.org/ws/2004/09/policy' xmlns:sp='" + (is13 ? SP12 : SP11) + "'"
        + " xmlns:wsu='http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd'><wsp:ExactlyOne><wsp:All>"
        + endpointPolicy(p, is13, mixed) + (mixed ? "" : parts(p[1]))
        + "<ramp:RampartConfig xmlns:ramp='http://ws.apache.org/rampart/policy'><ramp:user>" + (server || !p[0].matches("tls|mix|ut") ? side : "alice") + "</ramp:user>"
        + "<ramp:userCertAlias>" + side + "</ramp:userCertAlias>"
        + "<ramp:encryptionUser>" + (server ? "useReqSigCert" : "server") + "</ramp:encryptionUser>"
        + "<ramp:passwordCallbackClass>parley.interop.rampart.Passwords</ramp:passwordCallbackClass><ramp:timestampPrecisionInMilliseconds>true</ramp:timestampPrecisionInMilliseconds>"
        + "<ramp:signatureCrypto>" + crypto(keys + "/" + side + ".jks", "ramp:") + "</ramp:signatureCrypto>"
        + "<ramp:encryptionCypto>" + crypto(keys + "/" + side + ".jks", "ramp:") + "</ramp:encryptionCypto>"
        + "</ramp:RampartConfig></wsp:All></wsp:ExactlyOne></wsp:Policy>";
  }

  static String crypto(String store, String prefix) {
    String p = "org.apache.ws.security.crypto.merlin.";
    return "<" + prefix + "crypto provider='org.apache.ws.security.components.crypto.Merlin'>"
        + "<" + prefix + "property name='" + p + "keystore.type'>JKS</" + prefix + "property>"
        + "<" + prefix + "property name='" + p + "file'>" + store + "</" + prefix + "property>"
        + "<" + prefix + "property name='" + p + "keystore.password'>password</" + prefix + "property></" + prefix + "crypto>";
  }

  static String services(String name, String keys) {
    String protection = name.split("-")[1];
    String computation = switch (protection) {
      case "own" -> "<keyComputation>3</keyComputation><proofKeyType>BinarySecret</proofKeyType>";
      case "ek" -> "<keyComputation>3</keyComputation><proofKeyType>EncryptedKey</proofKeyType>";
      default -> "<keyComputation>2</keyComputation>";
    };
    String refs = protection.equals("norefs") ? "" : "<addRequestedAttachedRef/><addRequestedUnattachedRef/>";
    return "<service name='" + name + "'><module ref='addressing'/><module ref='rampart'/><module ref='rahas'/>"
        + "<parameter locked='false' name='ServiceClass'>parley.interop.rampart.EchoService</parameter>"
        + "<operation name='echo'><messageReceiver class='org.apache.axis2.receivers.RawXMLINOutMessageReceiver'/>"
        + "<actionMapping>urn:peer:echo/echo</actionMapping><outputActionMapping>urn:peer:echo:Echo:echoResponse</outputActionMapping></operation>"
        + policy(name, true, keys)
        + "<parameter name='sct-issuer-config'><sct-issuer-config><cryptoProperties>" + crypto(keys + "/server.jks", "") + "</cryptoProperties>" + refs + computation
        + "</sct-issuer-config></parameter>"
        + "<parameter name='token-canceler-config'><token-canceler-config/></parameter></service>";
  }

  private static String endpointPolicy(String[] p, boolean is13, boolean mixed) {
    String sp = is13 ? SP12 : SP11;
    String boot = bootstrap(p[0], is13, suiteOf(p[1]), p[1]);
    String include = sp + "/IncludeToken/" + (p[1].equals("never") ? "Never" : "AlwaysToRecipient");
    String sct = "<sp:SecureConversationToken sp:IncludeToken='" + include + "'><wsp:Policy>"
        + (p[1].equals("nodk") ? "" : "<sp:RequireDerivedKeys/>")
        + "<sp:BootstrapPolicy><wsp:Policy>" + boot + "</wsp:Policy></sp:BootstrapPolicy>"
        + "</wsp:Policy></sp:SecureConversationToken>";
    String inner = mixed
        ? transport(is13, suiteOf(p[1])) + "<sp:EndorsingSupportingTokens><wsp:Policy>" + sct + "</wsp:Policy></sp:EndorsingSupportingTokens>"
        : "<sp:SymmetricBinding><wsp:Policy><sp:ProtectionToken><wsp:Policy>" + sct + "</wsp:Policy></sp:ProtectionToken>"
            + common(suiteOf(p[1])) + options(p[1]) + "</wsp:Policy></sp:SymmetricBinding>";
    return inner + wss11(p[1]) + trust(is13, p[1]);
  }

  private static String bootstrap(String kind, boolean is13, String suite, String protection) {
    if (kind.equals("tls") || kind.equals("mix"))
      return transport(is13, suite) + username(is13, "SignedSupportingTokens") + wss11(protection) + trust(is13, protection);
    String sp = is13 ? SP12 : SP11;
    String x509 = "<sp:X509Token sp:IncludeToken='" + sp + "/IncludeToken/Never'><wsp:Policy><sp:RequireDerivedKeys/>"
        + "<sp:RequireThumbprintReference/><sp:WssX509V3Token11/></wsp:Policy></sp:X509Token>";
    String endorse = "<sp:EndorsingSupportingTokens><wsp:Policy><sp:X509Token sp:IncludeToken='" + sp
        + "/IncludeToken/AlwaysToRecipient'><wsp:Policy><sp:WssX509V3Token11/></wsp:Policy></sp:X509Token></wsp:Policy></sp:EndorsingSupportingTokens>";
    if (kind.equals("asym")) {
      String initiator = "<sp:X509Token sp:IncludeToken='" + sp + "/IncludeToken/AlwaysToRecipient'><wsp:Policy><sp:WssX509V3Token11/></wsp:Policy></sp:X509Token>";
      String recipient = "<sp:X509Token sp:IncludeToken='" + sp + "/IncludeToken/Never'><wsp:Policy><sp:RequireThumbprintReference/><sp:WssX509V3Token11/></wsp:Policy></sp:X509Token>";
      return "<sp:AsymmetricBinding><wsp:Policy><sp:InitiatorToken><wsp:Policy>" + initiator + "</wsp:Policy></sp:InitiatorToken>"
          + "<sp:RecipientToken><wsp:Policy>" + recipient + "</wsp:Policy></sp:RecipientToken>" + common(suite) + options(protection)
          + "</wsp:Policy></sp:AsymmetricBinding>" + parts("sbe") + wss11(protection) + trust(is13, protection);
    }
    return "<sp:SymmetricBinding><wsp:Policy><sp:ProtectionToken><wsp:Policy>" + x509 + "</wsp:Policy></sp:ProtectionToken>"
        + common(suite) + options(protection) + "</wsp:Policy></sp:SymmetricBinding>"
        + (kind.equals("x509m") ? endorse : "")
        + (kind.equals("ut") ? username(is13, is13 ? "SignedEncryptedSupportingTokens" : "SignedSupportingTokens") : "")
        + parts("sbe") + wss11(protection) + trust(is13, protection);
  }

  private static String transport(boolean is13, String suite) {
    String https = is13 ? "<sp:HttpsToken><wsp:Policy/></sp:HttpsToken>" : "<sp:HttpsToken RequireClientCertificate='false'/>";
    return "<sp:TransportBinding><wsp:Policy><sp:TransportToken><wsp:Policy>" + https + "</wsp:Policy></sp:TransportToken>" + common(suite)
        + "</wsp:Policy></sp:TransportBinding>";
  }

  private static String username(boolean is13, String how) {
    return "<sp:" + how + "><wsp:Policy><sp:UsernameToken sp:IncludeToken='" + (is13 ? SP12 : SP11)
        + "/IncludeToken/AlwaysToRecipient'><wsp:Policy><sp:WssUsernameToken10/></wsp:Policy></sp:UsernameToken></wsp:Policy></sp:" + how + ">";
  }

  private static String suiteOf(String protection) {
    return switch (protection) {
      case "sha" -> "<sp:Basic256Sha256/>";
      case "b128" -> "<sp:Basic128/>";
      default -> "<sp:Basic256/>";
    };
  }

  private static String common(String suite) {
    return "<sp:AlgorithmSuite><wsp:Policy>" + suite + "</wsp:Policy></sp:AlgorithmSuite>"
        + "<sp:Layout><wsp:Policy><sp:Lax/></wsp:Policy></sp:Layout><sp:IncludeTimestamp/>";
  }

  private static String options(String protection) {
    return (protection.equals("ebs") ? "<sp:EncryptBeforeSigning/>" : "") + (protection.equals("es") ? "<sp:EncryptSignature/>" : "")
        + (protection.equals("pt") ? "<sp:ProtectTokens/>" : "") + "<sp:OnlySignEntireHeadersAndBody/>";
  }

  private static String parts(String protection) {
    StringBuilder headers = new StringBuilder();
    for (String name : new String[] {"To", "From", "FaultTo", "ReplyTo", "Action", "MessageID", "RelatesTo"})
      headers.append("<sp:Header Name='").append(name).append("' Namespace='").append(WSA).append("'/>");
    if (protection.startsWith("rm"))
      headers.append("<sp:Header Namespace='http://docs.oasis-open.org/ws-rx/wsrm/200702'/><sp:Header Namespace='http://schemas.xmlsoap.org/ws/2005/02/rm'/>");
    return "<sp:SignedParts><sp:Body/>" + headers + "</sp:SignedParts>" + (protection.equals("sig") ? "" : "<sp:EncryptedParts><sp:Body/></sp:EncryptedParts>");
  }

  private static String wss11(String protection) {
    String confirmation = protection.equals("conf") ? "<sp:RequireSignatureConfirmation/>" : "";
    return "<sp:Wss11><wsp:Policy><sp:MustSupportRefKeyIdentifier/><sp:MustSupportRefIssuerSerial/><sp:MustSupportRefThumbprint/>"
        + "<sp:MustSupportRefEncryptedKey/>" + confirmation + "</wsp:Policy></sp:Wss11>";
  }

  private static String trust(boolean is13, String protection) {
    String name = is13 ? "sp:Trust13" : "sp:Trust10";
    String entropy = protection.equals("noent") ? "" : "<sp:RequireClientEntropy/><sp:RequireServerEntropy/>";
    return "<" + name + "><wsp:Policy><sp:MustSupportIssuedTokens/>" + entropy + "</wsp:Policy></" + name + ">";
  }
}
