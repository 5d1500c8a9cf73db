package parley.interop.metro;

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
 *               nodk   sbe without derived keys       rm     sbe with WS-ReliableMessaging (1.1 or 1.0)
 *               sha    sbe with Basic256Sha256        b128   sbe with Basic128
 *               noent  no entropy required            conf   RequireSignatureConfirmation
 *               pt     ProtectTokens                  never  IncludeToken Never
 *               renew  sbe, the client's contexts live 20 s, it renews and cancels
 *               rmfi   rm, and Fast Infoset as Metro likes it
 *               rmlone rm without a context: every message under the bootstrap (mix: as tls)
 *               (mix: dk, nodk or rm)
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
      for (String boot : new String[] {"x509", "ut", "asym", "tls"})
        for (String prot : new String[] {"sbe", "es", "rm"}) names.add(boot + "-" + prot + "-" + gen + "-12");
    for (String more : new String[] {"mix-dk-13-12", "mix-nodk-13-12", "mix-dk-10-12", "mix-nodk-10-11", "mix-rm-13-12", "mix-rm-10-12", "x509-rmfi-13-12",
        "x509m-sbe-13-12", "x509m-es-10-11", "x509-sbe-13-11", "tls-sbe-10-11", "ut-es-10-11",
        "x509-ebs-13-12", "tls-ebs-13-12", "ut-ebs-13-12", "x509-nodk-13-12", "tls-nodk-13-12", "tls-sig-13-12", "tls-sha-13-12",
        "x509-sha-13-12", "asym-sha-13-12", "tls-b128-13-12", "x509-b128-10-12", "tls-noent-13-12", "tls-conf-13-12", "x509-conf-13-12",
        "tls-pt-13-12", "tls-never-13-12", "tls-renew-13-12", "tls-renew-10-12", "x509-renew-13-12", "x509-renew-10-12", "asym-renew-13-12", "mix-renew-13-12",
        "x509m-rmlone-13-12", "x509m-rmlone-10-12", "ut-rmlone-13-12", "ut-rmlone-10-12", "asym-rmlone-13-12", "asym-rmlone-10-12",
        "tls-rmlone-13-12", "tls-rmlone-10-12"}) names.add(more);
    return names;
  }

  static boolean overTls(String name) {
    return name.startsWith("tls-") || name.startsWith("mix-");
  }

  static boolean soap12(String name) {
    return name.endsWith("-12");
  }

  /** The WSDL of an endpoint: for the server and for the client with their private assertions. */
  static String wsdl(String name, String address, boolean server, String keys) {
    String[] p = name.split("-");
    boolean is13 = p[2].equals("13");
    boolean mixed = p[0].equals("mix") || (lone(p) && p[0].equals("tls"));
    String sp = is13 ? SP12 : SP11;
    String soap = soap12(name) ? "http://schemas.xmlsoap.org/wsdl/soap12/" : "http://schemas.xmlsoap.org/wsdl/soap/";
    String partsRef = mixed ? "" : "<wsp:PolicyReference URI='#parts'/>";
    return "<wsdl:definitions name='EchoService' targetNamespace='urn:peer:echo' xmlns:tns='urn:peer:echo' xmlns:wsdl='http://schemas.xmlsoap.org/wsdl/'"
        + " xmlns:soap='" + soap + "' xmlns:xsd='http://www.w3.org/2001/XMLSchema' xmlns:sp='" + sp + "'"
        + " xmlns:wsp='" + (is13 ? "http://www.w3.org/ns/ws-policy" : "http://schemas.xmlsoap.org/ws/2004/09/policy") + "'"
        + " xmlns:wsaw='http://www.w3.org/2006/05/addressing/wsdl' xmlns:wsam='http://www.w3.org/2007/05/addressing/metadata'"
        + " xmlns:wspp='http://java.sun.com/xml/ns/wsit/policy'"
        + " xmlns:wsu='http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd'>"
        + all("endpoint", endpointPolicy(p, is13, mixed) + config(p, server, keys))
        + (mixed ? "" : all("parts", parts(p[1])))
        + "<wsdl:types><xsd:schema targetNamespace='urn:peer:echo' elementFormDefault='qualified'>"
        + "<xsd:element name='echo'><xsd:complexType><xsd:sequence><xsd:element name='text' type='xsd:string' minOccurs='0'/></xsd:sequence></xsd:complexType></xsd:element>"
        + "<xsd:element name='echoResponse'><xsd:complexType><xsd:sequence><xsd:element name='text' type='xsd:string' minOccurs='0'/></xsd:sequence></xsd:complexType></xsd:element>"
        + "</xsd:schema></wsdl:types>"
        + "<wsdl:message name='echo'><wsdl:part name='parameters' element='tns:echo'/></wsdl:message>"
        + "<wsdl:message name='echoResponse'><wsdl:part name='parameters' element='tns:echoResponse'/></wsdl:message>"
        + "<wsdl:portType name='Echo'><wsdl:operation name='echo'>"
        + "<wsdl:input message='tns:echo' wsaw:Action='urn:peer:echo/echo' wsam:Action='urn:peer:echo/echo'/>"
        + "<wsdl:output message='tns:echoResponse' wsaw:Action='urn:peer:echo:Echo:echoResponse' wsam:Action='urn:peer:echo:Echo:echoResponse'/>"
        + "</wsdl:operation></wsdl:portType>"
        + "<wsdl:binding name='EchoBinding' type='tns:Echo'><wsp:PolicyReference URI='#endpoint'/>"
        + "<soap:binding style='document' transport='http://schemas.xmlsoap.org/soap/http'/>"
        + "<wsdl:operation name='echo'><soap:operation soapAction='urn:peer:echo/echo'/>"
        + "<wsdl:input>" + partsRef + "<soap:body use='literal'/></wsdl:input><wsdl:output>" + partsRef + "<soap:body use='literal'/></wsdl:output></wsdl:operation></wsdl:binding>"
        + "<wsdl:service name='EchoService'><wsdl:port name='EchoPort' binding='tns:EchoBinding'><soap:address location='" + address + "'/></wsdl:port></wsdl:service>"
        + "</wsdl:definitions>";
  }

  private static String all(String id, String assertions) {
    return "<wsp:Policy wsu:Id='" + id + "'><wsp:ExactlyOne><wsp:All>" + assertions + "</wsp:All></wsp:ExactlyOne></wsp:Policy>";
  }

  private static String config(String[] p, boolean server, String keys) {
    String side = server ? "server" : "client";
    String ns = "http://schemas.sun.com/2006/03/wss/" + side;
    boolean ownKey = server || p[0].equals("asym") || p[0].equals("x509m");
    String store = ownKey ? "<sc:KeyStore xmlns:sc='" + ns + "' wspp:visibility='private' location='" + keys + "/" + side + ".p12' type='PKCS12' storepass='password' alias='" + side + "'/>" : "";
    String trust = "<sc:TrustStore xmlns:sc='" + ns + "' wspp:visibility='private' location='" + keys + "/trust.p12' type='PKCS12' storepass='password'" + (server ? "" : " peeralias='server'") + "/>";
    String life = p[1].equals("renew") ? "20000" : "3600000";
    if (server)
      return store + trust
          + "<sc:ValidatorConfiguration xmlns:sc='" + ns + "' wspp:visibility='private'><sc:Validator name='usernameValidator' classname='parley.interop.metro.Passwords'/></sc:ValidatorConfiguration>";
    String renew = p[1].equals("renew") ? " renewExpiredSCT='true' requireCancelSCT='true'" : " requireCancelSCT='true'";
    return store + trust
        + "<sc:CallbackHandlerConfiguration xmlns:sc='" + ns + "' wspp:visibility='private'><sc:CallbackHandler name='usernameHandler' default='alice'/><sc:CallbackHandler name='passwordHandler' default='correct horse'/></sc:CallbackHandlerConfiguration>"
        + "<scc:SCClientConfiguration xmlns:scc='http://schemas.sun.com/ws/2006/05/sc/client' wspp:visibility='private'" + renew + "><scc:LifeTime>" + life + "</scc:LifeTime></scc:SCClientConfiguration>";
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
    if (lone(p)) inner = boot;
    String rm = !p[1].startsWith("rm") ? "" : is13
        ? "<rm:RMAssertion xmlns:rm='http://docs.oasis-open.org/ws-rx/wsrmp/200702'><wsp:Policy/></rm:RMAssertion>"
        : "<rm:RMAssertion xmlns:rm='http://schemas.xmlsoap.org/ws/2005/02/rm/policy'/>";
    // With WS-ReliableMessaging, Metro peers change to Fast Infoset by themselves; -rmfi- leaves it so.
    String xml = !p[1].equals("rm") && !lone(p) ? "" : "<fi:OptimizedFastInfosetSerialization xmlns:fi='http://java.sun.com/xml/ns/wsit/2006/09/policy/fastinfoset/service' enabled='false'/>";
    return "<wsaw:UsingAddressing/>" + xml + inner + (lone(p) ? "" : wss11(p[1]) + trust(is13, p[1])) + rm;
  }

  private static boolean lone(String[] p) {
    return p[1].equals("rmlone");
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
          + "</wsp:Policy></sp:AsymmetricBinding>" + (protection.equals("rmlone") ? "" : parts("sbe")) + wss11(protection) + trust(is13, protection);
    }
    return "<sp:SymmetricBinding><wsp:Policy><sp:ProtectionToken><wsp:Policy>" + x509 + "</wsp:Policy></sp:ProtectionToken>"
        + common(suite) + options(protection) + "</wsp:Policy></sp:SymmetricBinding>"
        + (kind.equals("x509m") ? endorse : "")
        + (kind.equals("ut") ? username(is13, is13 ? "SignedEncryptedSupportingTokens" : "SignedSupportingTokens") : "")
        + (protection.equals("rmlone") ? "" : parts("sbe")) + wss11(protection) + trust(is13, protection);
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
