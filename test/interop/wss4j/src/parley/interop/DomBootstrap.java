package parley.interop;

import java.util.ArrayList;
import java.util.List;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;
import javax.xml.crypto.dsig.Reference;
import org.apache.wss4j.common.WSEncryptionPart;
import org.apache.wss4j.common.crypto.Crypto;
import org.apache.wss4j.common.token.SecurityTokenReference;
import org.apache.wss4j.common.util.KeyUtils;
import org.apache.wss4j.dom.WSConstants;
import org.apache.wss4j.dom.message.WSSecDKEncrypt;
import org.apache.wss4j.dom.message.WSSecDKSign;
import org.apache.wss4j.dom.message.WSSecDerivedKeyBase;
import org.apache.wss4j.dom.message.WSSecEncrypt;
import org.apache.wss4j.dom.message.WSSecEncryptedKey;
import org.apache.wss4j.dom.message.WSSecHeader;
import org.apache.wss4j.dom.message.WSSecSecurityContextToken;
import org.apache.wss4j.dom.message.WSSecSignature;
import org.apache.wss4j.dom.message.WSSecSignatureConfirmation;
import org.apache.wss4j.dom.message.WSSecTimestamp;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.Node;

/** Messages with certificates, session keys and endorsements, by the DOM engine, put together as CXF does it. */
final class DomBootstrap {
  private static final String ENCRYPTED_KEY = WSConstants.SOAPMESSAGE_NS11 + "#" + WSConstants.ENC_KEY_VALUE_TYPE;

  private final BootstrapRequest request;
  private final Document document;
  private final WSSecHeader header;
  private final Crypto keys;
  private WSSecSecurityContextToken context;
  private WSSecEncryptedKey session;
  private WSSecSignature prepared;
  private String signatureId;
  private Element timestamp;

  private DomBootstrap(BootstrapRequest request) throws Exception {
    this.request = request;
    document = Xml.parse(request.envelopeOctets());
    header = request.role() == null ? new WSSecHeader(document) : new WSSecHeader(request.role(), document);
    header.insertSecurityHeader();
    keys = KeyStores.of(request.own(), List.of());
  }

  static Sealed seal(BootstrapRequest request) throws Exception {
    DomBootstrap message = new DomBootstrap(request);
    String payload = Xml.payload(message.document);
    if (request.identifier() != null) message.prepareContext();
    // Each step prepends: the last one made is the first one undone.
    for (BootstrapRequest.Step step : request.steps()) message.take(step);
    if (message.session != null) {
      message.session.prependToHeader();
      message.session.prependBSTElementToHeader();
    }
    if (message.context != null) message.context.prependSCTElementToHeader();
    if (request.timestampFirst()) message.prepend(message.timestamp);
    return new Sealed(Xml.base64(Xml.serialise(message.document)), payload);
  }

  private void take(BootstrapRequest.Step step) throws Exception {
    switch (step.make()) {
      case "timestamp" -> {
        WSSecTimestamp made = new WSSecTimestamp(header);
        made.build();
        timestamp = made.getElement();
      }
      case "confirm" -> {
        for (String value : step.values()) new WSSecSignatureConfirmation(header).build(Xml.octets(value));
      }
      case "token" -> {
        prepared = signature(step);
        prepared.prependBSTElementToHeader();
      }
      case "session" -> prepareSession(step);
      case "sign" -> sign(step);
      case "encrypt" -> encrypt(step);
      default -> throw new IllegalArgumentException("unknown step " + step.make());
    }
  }

  private void prepareContext() throws Exception {
    context = new WSSecSecurityContextToken(header, null);
    context.setIdentifier(request.identifier());
    context.prepare(null);
  }

  private void prepareSession(BootstrapRequest.Step step) throws Exception {
    session = new WSSecEncryptedKey(header);
    transport(session, step);
    session.prepare(keys, new SecretKeySpec(Xml.octets(request.session()), "AES"));
  }

  private void transport(WSSecEncryptedKey key, BootstrapRequest.Step step) throws Exception {
    key.setUseThisCert(KeyStores.certificate(request.recipient()));
    key.setKeyIdentifierType(identifierType(step.reference()));
    key.setKeyEncAlgo(step.transport());
    key.setDigestAlgorithm(step.digest());
    key.setMGFAlgorithm(step.mask());
  }

  private void sign(BootstrapRequest.Step step) throws Exception {
    if (step.key().equals("own")) signWithCertificate(step);
    else if (step.isDerived()) {
      WSSecDKSign signature = new WSSecDKSign(header);
      name(signature, step);
      signature.setSignatureAlgorithm(step.algorithm());
      signature.setDigestAlgorithm(step.digest());
      signature.setDerivedKeyLength(step.keyBytes());
      signature.getParts().addAll(partsOf(step));
      signature.build(secretOf(step));
      signatureId = signature.getSignatureId();
    } else {
      WSSecSignature signature = new WSSecSignature(header);
      if (request.sessionSha1() != null) {
        signature.setKeyIdentifierType(WSConstants.ENCRYPTED_KEY_SHA1_IDENTIFIER);
        signature.setEncrKeySha1value(request.sessionSha1());
      } else {
        signature.setKeyIdentifierType(WSConstants.CUSTOM_SYMM_SIGNING);
        signature.setCustomTokenId(tokenIdOf(step));
        signature.setCustomTokenValueType(valueTypeOf(step));
      }
      signature.setSecretKey(secretOf(step));
      signature.setSignatureAlgorithm(step.algorithm());
      signature.setDigestAlgo(step.digest());
      signature.getParts().addAll(partsOf(step));
      signature.build(keys);
      signatureId = signature.getId();
    }
  }

  /** Behind its token, which an earlier step may have put there. */
  private void signWithCertificate(BootstrapRequest.Step step) throws Exception {
    WSSecSignature signature = prepared;
    if (signature == null) {
      signature = signature(step);
      signature.prependBSTElementToHeader();
    }
    signature.getParts().addAll(partsOf(step, signature));
    List<Reference> references = signature.addReferencesToSign(signature.getParts());
    Element token = signature.getBinarySecurityTokenElement();
    Node next = token == null ? header.getSecurityHeaderElement().getFirstChild() : token.getNextSibling();
    signature.computeSignature(references, next != null, (Element) next);
    if (signatureId == null) signatureId = signature.getId();
  }

  private WSSecSignature signature(BootstrapRequest.Step step) throws Exception {
    WSSecSignature signature = new WSSecSignature(header);
    signature.setUserInfo(KeyStores.OWN, KeyStores.PASSWORD);
    signature.setKeyIdentifierType(identifierType(step.reference()));
    signature.setUseSingleCertificate(!step.reference().equals("pki-path"));
    signature.setSignatureAlgorithm(step.algorithm());
    signature.setDigestAlgo(step.digest());
    signature.prepare(keys);
    return signature;
  }

  private void encrypt(BootstrapRequest.Step step) throws Exception {
    if (step.isDerived()) {
      WSSecDKEncrypt encryption = new WSSecDKEncrypt(header);
      name(encryption, step);
      encryption.setSymmetricEncAlgorithm(step.algorithm());
      encryption.setDerivedKeyLength(step.keyBytes());
      encryption.getParts().addAll(partsOf(step));
      encryption.build(secretOf(step));
      return;
    }
    WSSecEncrypt encryption = new WSSecEncrypt(header);
    encryption.setSymmetricEncAlgorithm(step.algorithm());
    if (step.key().equals("recipient")) {
      transport(encryption, step);
      encryption.getParts().addAll(partsOf(step));
      encryption.build(keys, KeyUtils.getKeyGenerator(step.algorithm()).generateKey());
      return;
    }
    encryption.setEncryptSymmKey(false);
    if (request.sessionSha1() != null) {
      encryption.setKeyIdentifierType(WSConstants.ENCRYPTED_KEY_SHA1_IDENTIFIER);
      encryption.setCustomReferenceValue(request.sessionSha1());
    } else {
      encryption.setEncKeyId(tokenIdOf(step));
      encryption.setCustomReferenceValue(valueTypeOf(step));
    }
    SecretKey key = new SecretKeySpec(secretOf(step), "AES");
    encryption.prepare(keys, key);
    prepend(encryption.encryptForRef(null, partsOf(step), key));
  }

  private void name(WSSecDerivedKeyBase derivation, BootstrapRequest.Step step) throws Exception {
    if (step.key().equals("session") && request.sessionSha1() != null) {
      SecurityTokenReference reference = new SecurityTokenReference(document);
      reference.setKeyIdentifierEncKeySHA1(request.sessionSha1());
      reference.addTokenType(ENCRYPTED_KEY);
      derivation.setStrElem(reference.getElement());
    } else {
      derivation.setTokenIdentifier(tokenIdOf(step));
    }
    derivation.setCustomValueType(valueTypeOf(step));
  }

  private String tokenIdOf(BootstrapRequest.Step step) {
    return step.key().equals("session") ? session.getId() : context.getSctId();
  }

  private byte[] secretOf(BootstrapRequest.Step step) {
    return Xml.octets(step.key().equals("session") ? request.session() : request.secret());
  }

  private static String valueTypeOf(BootstrapRequest.Step step) {
    return step.key().equals("session") ? ENCRYPTED_KEY : WSConstants.WSC_SCT_05_12;
  }

  private List<WSEncryptionPart> partsOf(BootstrapRequest.Step step) {
    return partsOf(step, prepared);
  }

  private List<WSEncryptionPart> partsOf(BootstrapRequest.Step step, WSSecSignature withToken) {
    List<WSEncryptionPart> parts = new ArrayList<>();
    for (BootstrapRequest.Part part : step.parts()) {
      WSEncryptionPart made = new WSEncryptionPart(part.name(), part.namespace(), part.modifier());
      switch (part.name()) {
        case "Token" -> made = new WSEncryptionPart(withToken.getBSTTokenId());
        case "Endorsed" -> made = new WSEncryptionPart(signatureId);
        case "STRTransform" -> made.setId(withToken.getSecurityTokenReferenceURI());
        default -> {}
      }
      parts.add(made);
    }
    return parts;
  }

  private void prepend(Element element) {
    Element security = header.getSecurityHeaderElement();
    security.insertBefore(element, security.getFirstChild());
  }

  private static int identifierType(String reference) {
    return switch (reference) {
      case "direct", "pki-path" -> WSConstants.BST_DIRECT_REFERENCE;
      case "issuer-serial" -> WSConstants.ISSUER_SERIAL;
      case "issuer-serial-quoted" -> WSConstants.ISSUER_SERIAL_QUOTE_FORMAT;
      case "subject-key-identifier" -> WSConstants.SKI_KEY_IDENTIFIER;
      case "x509-ski" -> WSConstants.X509_SKI;
      case "thumbprint" -> WSConstants.THUMBPRINT_IDENTIFIER;
      case "certificate" -> WSConstants.X509_KEY_IDENTIFIER;
      case "key-value" -> WSConstants.KEY_VALUE;
      default -> throw new IllegalArgumentException("unknown reference " + reference);
    };
  }
}
