package parley.interop;

import java.util.List;
import javax.crypto.SecretKey;
import org.apache.wss4j.common.WSEncryptionPart;
import org.apache.wss4j.common.crypto.Merlin;
import org.apache.wss4j.common.saml.SAMLCallback;
import org.apache.wss4j.common.saml.SamlAssertionWrapper;
import org.apache.wss4j.common.saml.bean.AttributeBean;
import org.apache.wss4j.common.saml.bean.AttributeStatementBean;
import org.apache.wss4j.common.saml.bean.AudienceRestrictionBean;
import org.apache.wss4j.common.saml.bean.ConditionsBean;
import org.apache.wss4j.common.saml.bean.KeyInfoBean;
import org.apache.wss4j.common.saml.bean.SubjectBean;
import org.apache.wss4j.common.saml.bean.Version;
import org.apache.wss4j.common.saml.builder.SAML1Constants;
import org.apache.wss4j.common.saml.builder.SAML2Constants;
import org.apache.wss4j.common.token.Reference;
import org.apache.wss4j.common.token.SecurityTokenReference;
import org.apache.wss4j.common.util.KeyUtils;
import org.apache.wss4j.dom.WSConstants;
import org.apache.wss4j.dom.message.WSSecEncryptedKey;
import org.apache.wss4j.dom.message.WSSecHeader;
import org.apache.wss4j.dom.message.WSSecSignature;
import org.apache.wss4j.dom.message.WSSecTimestamp;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

/**
 * A message whose sender is {@code own}, with an assertion that {@code issuer} signs, of kind {@code bearer}, {@code certificate}
 * or {@code secret}: as CXF makes them of an IssuedToken. {@code saml} is the version, {@code reference} how the message names it.
 */
record SamlSealing(
    String envelope,
    String saml,
    String kind,
    String reference,
    String audience,
    boolean signToken,
    Credentials issuer,
    Credentials own,
    String receiver,
    List<Part> parts) {
  record Part(String name, String namespace) {}

  private static final String SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256";
  private static final String MORE = "http://www.w3.org/2001/04/xmldsig-more#";

  Sealed seal() throws Exception {
    Document document = Xml.parse(Xml.octets(envelope));
    String payload = Xml.payload(document);
    WSSecHeader header = new WSSecHeader(document);
    header.insertSecurityHeader();
    new WSSecTimestamp(header).build();
    SecretKey secret = kind.equals("secret") ? KeyUtils.getKeyGenerator(WSConstants.AES_256).generateKey() : null;
    SamlAssertionWrapper assertion = assertion(document, secret);
    Element token = assertion.toDOM(document);
    header.getSecurityHeaderElement().appendChild(token);
    WSSecSignature signature = signature(header, assertion.getId(), secret);
    if (signToken) {
      SecurityTokenReference named = reference(document, assertion.getId());
      named.setID("STR-" + assertion.getId());
      header.getSecurityHeaderElement().appendChild(named.getElement());
      WSEncryptionPart part = new WSEncryptionPart("STRTransform", "", "Element");
      part.setId(named.getID());
      part.setElement(named.getElement());
      signature.getParts().add(part);
    }
    for (Part part : parts) signature.getParts().add(new WSEncryptionPart(part.name(), part.namespace(), "Element"));
    Merlin keys = own == null ? null : KeyStores.of(own, List.of());
    signature.prepare(keys);
    signature.computeSignature(signature.addReferencesToSign(signature.getParts()), false, token);
    // Below the token that it names, as a strict layout wants it.
    header.getSecurityHeaderElement().appendChild(signature.getSignatureElement());
    return new Sealed(Xml.base64(Xml.serialise(document)), payload);
  }

  private boolean isSaml20() {
    return saml.equals("2.0");
  }

  private SamlAssertionWrapper assertion(Document document, SecretKey secret) throws Exception {
    SAMLCallback callback = new SAMLCallback();
    callback.setSamlVersion(isSaml20() ? Version.SAML_20 : Version.SAML_11);
    callback.setIssuer("https://sts.example.org/");
    SubjectBean subject = new SubjectBean("alice", "example.org", method());
    if (!kind.equals("bearer")) subject.setKeyInfo(holderKey(document, secret));
    callback.setSubject(subject);
    AttributeBean role = new AttributeBean();
    role.setSimpleName("role");
    role.setQualifiedName("urn:example:role");
    role.addAttributeValue("admin");
    AttributeStatementBean statement = new AttributeStatementBean();
    statement.setSamlAttributes(List.of(role));
    statement.setSubject(subject);
    callback.setAttributeStatementData(List.of(statement));
    ConditionsBean conditions = new ConditionsBean();
    conditions.setTokenPeriodMinutes(5);
    AudienceRestrictionBean audiences = new AudienceRestrictionBean();
    audiences.setAudienceURIs(List.of(audience));
    conditions.setAudienceRestrictions(List.of(audiences));
    callback.setConditions(conditions);
    SamlAssertionWrapper assertion = new SamlAssertionWrapper(callback);
    assertion.signAssertion(
        KeyStores.OWN, KeyStores.PASSWORD, KeyStores.of(issuer, List.of()), false, null, MORE + "rsa-sha256", SHA256);
    return assertion;
  }

  private String method() {
    if (kind.equals("bearer")) return isSaml20() ? SAML2Constants.CONF_BEARER : SAML1Constants.CONF_BEARER;
    return isSaml20() ? SAML2Constants.CONF_HOLDER_KEY : SAML1Constants.CONF_HOLDER_KEY;
  }

  private KeyInfoBean holderKey(Document document, SecretKey secret) throws Exception {
    KeyInfoBean bean = new KeyInfoBean();
    if (secret == null) {
      bean.setCertificate(KeyStores.certificate(own.certificate()));
      bean.setCertIdentifer(KeyInfoBean.CERT_IDENTIFIER.X509_CERT);
      return bean;
    }
    WSSecEncryptedKey encrypted = new WSSecEncryptedKey(document);
    encrypted.setKeyIdentifierType(WSConstants.ISSUER_SERIAL);
    encrypted.setUseThisCert(KeyStores.certificate(receiver));
    encrypted.setKeyEncAlgo(WSConstants.KEYTRANSPORT_RSAOAEP);
    encrypted.prepare(null, secret);
    Element keyInfo = document.createElementNS(WSConstants.SIG_NS, "ds:KeyInfo");
    keyInfo.setAttributeNS(WSConstants.XMLNS_NS, "xmlns:ds", WSConstants.SIG_NS);
    keyInfo.appendChild(encrypted.getEncryptedKeyElement());
    bean.setElement(keyInfo);
    return bean;
  }

  private WSSecSignature signature(WSSecHeader header, String id, SecretKey secret) {
    WSSecSignature signature = new WSSecSignature(header);
    signature.setDigestAlgo(SHA256);
    signature.setUserInfo(KeyStores.OWN, KeyStores.PASSWORD);
    signature.setSignatureAlgorithm(MORE + (secret == null ? "rsa-sha256" : "hmac-sha256"));
    if (secret != null) signature.setSecretKey(secret.getEncoded());
    if (kind.equals("bearer")) {
      signature.setKeyIdentifierType(WSConstants.X509_KEY_IDENTIFIER);
      return signature;
    }
    signature.setCustomTokenId(id);
    if (reference.equals("direct")) {
      signature.setKeyIdentifierType(WSConstants.CUSTOM_SYMM_SIGNING);
      signature.setCustomTokenValueType(isSaml20() ? WSConstants.WSS_SAML2_TOKEN_TYPE : WSConstants.WSS_SAML_TOKEN_TYPE);
    } else {
      signature.setKeyIdentifierType(WSConstants.CUSTOM_KEY_IDENTIFIER);
      signature.setCustomTokenValueType(
          isSaml20() ? WSConstants.WSS_SAML2_KI_VALUE_TYPE : WSConstants.WSS_SAML_KI_VALUE_TYPE);
    }
    return signature;
  }

  private SecurityTokenReference reference(Document document, String id) throws Exception {
    SecurityTokenReference named = new SecurityTokenReference(document);
    named.addTokenType(isSaml20() ? WSConstants.WSS_SAML2_TOKEN_TYPE : WSConstants.WSS_SAML_TOKEN_TYPE);
    if (reference.equals("direct")) {
      Reference direct = new Reference(document);
      direct.setURI("#" + id);
      named.setReference(direct);
    } else {
      named.setKeyIdentifier(isSaml20() ? WSConstants.WSS_SAML2_KI_VALUE_TYPE : WSConstants.WSS_SAML_KI_VALUE_TYPE, id);
    }
    return named;
  }
}
