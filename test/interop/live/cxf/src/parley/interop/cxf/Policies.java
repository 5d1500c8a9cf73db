package parley.interop.cxf;

import java.util.ArrayList;
import java.util.List;

/**
 * The endpoints by name: BOOTSTRAP-PROTECTION-GENERATION-SOAP.
 *   BOOTSTRAP   x509   SymmetricBinding over the server's certificate, derived keys, anonymous client
 *               x509m  the same, and the client endorses with its certificate
 *               ut     the same as x509, and a UsernameToken (signed, encrypted)
 *               asym   AsymmetricBinding: both sides have a certificate
 *               tls    TransportBinding, UsernameToken; the context then protects messages by a SymmetricBinding
 *               mix    TransportBinding, UsernameToken; the context endorses messages in a TransportBinding
 *   PROTECTION  sbe    sign, encrypt Body          es     sign, encrypt Body and Signature
 *               ebs    encrypt Body, sign          ebses  the same, Signature encrypted
 *               sig    signed only                 nodk   sbe without derived keys
 *               gcm    sbe with Basic256GCM        never  sbe, IncludeToken Never
 *               sha    sbe with Basic256Sha256
 *               b128   sbe with Basic128               conf   sbe, RequireSignatureConfirmation
 *               noent  sbe, no entropy required        pt     sbe, ProtectTokens
 *               wsa04  sbe, WS-Addressing 2004/08      nowsa  sbe, no WS-Addressing for messages of the context
 *               (mix: dk or nodk)
 *   GENERATION  13 (sp 200702, Trust13) or 10 (sp 2005/07, Trust10);  SOAP 11 or 12
 */
public final class Policies {
  private Policies() {}

  static final String SP12 = "http://docs.oasis-open.org/ws-sx/ws-securitypolicy/200702";
  static final String SP11 = "http://schemas.xmlsoap.org/ws/2005/07/securitypolicy";
  private static final String WSA = "http://www.w3.org/2005/08/addressing";

  public static List<String> all() {
    List<String> names = new ArrayList<>();
    for (String gen : new String[] {"13", "10"})
      for (String soap : new String[] {"12", "11"}) {
        for (String boot : new String[] {"x509", "ut", "tls"})
          for (String prot : new String[] {"sbe", "ebs", "es"}) names.add(boot + "-" + prot + "-" + gen + "-" + soap);
        names.add("mix-dk-" + gen + "-" + soap);
        names.add("mix-nodk-" + gen + "-" + soap);
      }
    for (String more : new String[] {"x509m-sbe-13-12", "x509m-es-10-11", "tls-nodk-13-12", "tls-gcm-13-12", "tls-sha-13-12",
        "tls-sig-13-12", "tls-ebses-13-12", "tls-never-13-12", "tls-nodk-10-11", "tls-sha-10-11", "x509-nodk-13-12", "x509-sha-13-12",
        "x509-gcm-13-12", "ut-sha-13-12", "ut-ebses-13-12", "tls-noent-13-12", "tls-conf-13-12", "tls-conf-10-11", "tls-pt-13-12", "tls-b128-13-12",
        "tls-wsa04-10-11", "tls-wsa04-13-12", "tls-nowsa-13-12", "x509-conf-13-12", "x509-noent-13-12", "mix-conf-13-12",
        "asym-sbe-13-12", "asym-es-13-12", "asym-ebs-13-11", "asym-es-10-11", "asym-sha-13-12"}) names.add(more);
    return names;
  }

  public static boolean overTls(String name) {
    return name.startsWith("tls-") || name.startsWith("mix-");
  }

  public static boolean soap12(String name) {
    return name.endsWith("-12");
  }

  public static String policy(String name) {
    String[] p = name.split("-");
    boolean is13 = p[2].equals("13");
    String sp = is13 ? SP12 : SP11;
    String wsp = is13 ? "http://www.w3.org/ns/ws-policy" : "http://schemas.xmlsoap.org/ws/2004/09/policy";
    String boot = bootstrap(p[0], is13, suiteOf(p[1]), p[1]);
    boolean mixed = p[0].equals("mix");
    String include = sp + "/IncludeToken/" + (p[1].equals("never") ? "Never" : "AlwaysToRecipient");
    String sct = "<sp:SecureConversationToken sp:IncludeToken='" + include + "'><wsp:Policy>"
        + (p[1].equals("nodk") ? "" : "<sp:RequireDerivedKeys/>")
        + "<sp:BootstrapPolicy><wsp:Policy>" + boot + "</wsp:Policy></sp:BootstrapPolicy>"
        + "</wsp:Policy></sp:SecureConversationToken>";
    String inner = mixed
        ? transport(is13, suiteOf(p[1])) + "<sp:EndorsingSupportingTokens><wsp:Policy>" + sct + "</wsp:Policy></sp:EndorsingSupportingTokens>"
        : "<sp:SymmetricBinding><wsp:Policy><sp:ProtectionToken><wsp:Policy>" + sct + "</wsp:Policy></sp:ProtectionToken>"
            + common(suiteOf(p[1])) + options(p[1]) + "</wsp:Policy></sp:SymmetricBinding>" + parts(!p[1].equals("sig"), p[1]);
    return "<wsp:Policy xmlns:wsp='" + wsp + "' xmlns:sp='" + sp + "' xmlns:c='http://cxf.apache.org/custom/security-policy'>"
        + switch (p[1]) {
          case "nowsa" -> "";
          case "wsa04" -> "<w:UsingAddressing xmlns:w='http://schemas.xmlsoap.org/ws/2004/08/addressing/policy'/>";
          default -> "<wsaw:UsingAddressing xmlns:wsaw='http://www.w3.org/2006/05/addressing/wsdl'/>";
        }
        + inner + wss11(p[1]) + trust(is13, p[1]) + "</wsp:Policy>";
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
          + "</wsp:Policy></sp:AsymmetricBinding>" + parts(true, protection) + wss11(protection) + trust(is13, protection);
    }
    return "<sp:SymmetricBinding><wsp:Policy><sp:ProtectionToken><wsp:Policy>" + x509 + "</wsp:Policy></sp:ProtectionToken>"
        + common(suite) + options(protection) + "</wsp:Policy></sp:SymmetricBinding>"
        + (kind.equals("x509m") ? endorse : "")
        + (kind.equals("ut") ? username(is13, is13 ? "SignedEncryptedSupportingTokens" : "SignedSupportingTokens") : "")
        + parts(true, protection) + wss11(protection) + trust(is13, protection);
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
      case "gcm" -> "<c:Basic256GCM/>";
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
    String order = protection.startsWith("ebs") ? "<sp:EncryptBeforeSigning/>" : "";
    String signature = protection.equals("es") || protection.equals("ebses") ? "<sp:EncryptSignature/>" : "";
    return order + signature + (protection.equals("pt") ? "<sp:ProtectTokens/>" : "") + "<sp:OnlySignEntireHeadersAndBody/>";
  }

  private static String parts(boolean encrypt, String protection) {
    String wsa = protection.equals("wsa04") ? "http://schemas.xmlsoap.org/ws/2004/08/addressing" : WSA;
    StringBuilder headers = new StringBuilder();
    for (String name : new String[] {"To", "From", "FaultTo", "ReplyTo", "Action", "MessageID", "RelatesTo"})
      headers.append("<sp:Header Name='").append(name).append("' Namespace='").append(wsa).append("'/>");
    return "<sp:SignedParts><sp:Body/>" + headers + "</sp:SignedParts>" + (encrypt ? "<sp:EncryptedParts><sp:Body/></sp:EncryptedParts>" : "");
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
