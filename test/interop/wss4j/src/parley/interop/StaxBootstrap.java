package parley.interop;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.Key;
import java.util.ArrayList;
import java.util.List;
import javax.crypto.spec.SecretKeySpec;
import javax.xml.namespace.QName;
import javax.xml.stream.XMLStreamWriter;
import org.apache.wss4j.common.crypto.Merlin;
import org.apache.wss4j.stax.ext.WSSConstants;
import org.apache.wss4j.stax.ext.WSSSecurityProperties;
import org.apache.wss4j.stax.securityToken.WSSecurityTokenConstants;
import org.apache.wss4j.stax.setup.WSSec;
import org.apache.xml.security.stax.config.JCEAlgorithmMapper;
import org.apache.xml.security.stax.ext.SecurePart;
import org.apache.xml.security.stax.ext.SecurePart.Modifier;
import org.apache.xml.security.stax.ext.XMLSecurityConstants;
import org.apache.xml.security.stax.impl.OutboundSecurityContextImpl;
import org.apache.xml.security.stax.impl.securityToken.GenericOutboundSecurityToken;
import org.apache.xml.security.stax.securityEvent.SecurityEvent;
import org.apache.xml.security.stax.securityEvent.SignatureValueSecurityEvent;
import org.apache.xml.security.stax.securityToken.OutboundSecurityToken;
import org.apache.xml.security.stax.securityToken.SecurityTokenConstants.KeyIdentifier;
import org.apache.xml.security.stax.securityToken.SecurityTokenProvider;

/** Messages with certificates and session keys, by the streaming engine: one signature and one encryption each. */
final class StaxBootstrap {
  private static final String SESSION_ID = "session";

  private final BootstrapRequest request;
  private final WSSSecurityProperties properties = new WSSSecurityProperties();
  private final OutboundSecurityContextImpl context = new OutboundSecurityContextImpl();
  private final List<XMLSecurityConstants.Action> actions = new ArrayList<>();

  private StaxBootstrap(BootstrapRequest request) throws Exception {
    this.request = request;
    Merlin keys = KeyStores.of(request.own(), List.of());
    properties.setSoap12(request.soap12());
    properties.setActor(request.role());
    properties.setUse200512Namespace(true);
    properties.setCallbackHandler(KnownSecrets.toSeal(null, null));
    properties.setSignatureCrypto(keys);
    properties.setSignatureUser(KeyStores.OWN);
    properties.setEncryptionCrypto(keys);
    if (request.recipient() == null) properties.setEncryptSymmetricEncryptionKey(false);
    else properties.setEncryptionUseThisCertificate(KeyStores.certificate(request.recipient()));
    if (request.session() != null) registerSession();
  }

  static Sealed seal(BootstrapRequest request) throws Exception {
    StaxBootstrap message = new StaxBootstrap(request);
    for (BootstrapRequest.Step step : request.steps()) message.take(step);
    message.properties.setActions(message.actions);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    XMLStreamWriter writer =
        WSSec.getOutboundWSSec(message.properties)
            .processOutMessage(out, StandardCharsets.UTF_8.name(), message.context);
    StreamCopy.write(
        StaxEngine.READERS.createXMLStreamReader(new ByteArrayInputStream(request.envelopeOctets())), writer);
    return new Sealed(Xml.base64(out.toByteArray()), Xml.payload(Xml.parse(request.envelopeOctets())));
  }

  private void take(BootstrapRequest.Step step) {
    switch (step.make()) {
      case "timestamp" -> actions.add(WSSConstants.TIMESTAMP);
      case "confirm" -> confirm(step.values());
      case "session" -> transport(step);
      case "sign" -> sign(step);
      case "encrypt" -> encrypt(step);
      default -> throw new IllegalArgumentException("unknown step " + step.make());
    }
  }

  private void confirm(List<String> values) {
    List<SecurityEvent> received = new ArrayList<>();
    for (String value : values) {
      SignatureValueSecurityEvent event = new SignatureValueSecurityEvent();
      event.setSignatureValue(Xml.octets(value));
      received.add(event);
    }
    context.putList(SecurityEvent.class, received);
    actions.add(WSSConstants.SIGNATURE_CONFIRMATION);
  }

  private void transport(BootstrapRequest.Step step) {
    properties.setEncryptionKeyIdentifier(identifier(step.reference()));
    properties.setEncryptionKeyTransportAlgorithm(step.transport());
    properties.setEncryptionKeyTransportDigestAlgorithm(step.digest());
    properties.setEncryptionKeyTransportMGFAlgorithm(step.mask());
  }

  private void sign(BootstrapRequest.Step step) {
    properties.setSignatureAlgorithm(step.algorithm());
    properties.setSignatureDigestAlgorithm(step.digest());
    if (step.key().equals("session")) {
      properties.setSignatureKeyIdentifier(sessionIdentifier(step));
      context.put(WSSConstants.PROP_USE_THIS_TOKEN_ID_FOR_SIGNATURE, SESSION_ID);
    } else {
      properties.setSignatureKeyIdentifier(identifier(step.reference()));
      properties.setUseSingleCert(!step.reference().equals("pki-path"));
    }
    for (BootstrapRequest.Part part : step.parts()) properties.addSignaturePart(partOf(part));
    derive(step);
    properties.setDerivedSignatureKeyLength(step.keyBytes());
    actions.add(step.isDerived() ? WSSConstants.SIGNATURE_WITH_DERIVED_KEY : WSSConstants.SIGNATURE);
  }

  private void encrypt(BootstrapRequest.Step step) {
    properties.setEncryptionSymAlgorithm(step.algorithm());
    if (step.key().equals("recipient")) transport(step);
    else if (request.sessionSha1() != null) properties.setEncryptionKeyIdentifier(sessionIdentifier(step));
    for (BootstrapRequest.Part part : step.parts()) properties.addEncryptionPart(partOf(part));
    derive(step);
    properties.setDerivedEncryptionKeyLength(step.keyBytes());
    actions.add(step.isDerived() ? WSSConstants.ENCRYPTION_WITH_DERIVED_KEY : WSSConstants.ENCRYPTION);
  }

  private void derive(BootstrapRequest.Step step) {
    if (!step.isDerived()) return;
    boolean isKnown = request.sessionSha1() != null;
    properties.setDerivedKeyTokenReference(
        isKnown
            ? WSSConstants.DerivedKeyTokenReference.DirectReference
            : WSSConstants.DerivedKeyTokenReference.EncryptedKey);
    properties.setDerivedKeyKeyIdentifier(
        isKnown
            ? WSSecurityTokenConstants.KEYIDENTIFIER_ENCRYPTED_KEY_SHA1_IDENTIFIER
            : WSSecurityTokenConstants.KEYIDENTIFIER_SECURITY_TOKEN_DIRECT_REFERENCE);
  }

  /** Of a key that a DerivedKeyToken stands for, that token. */
  private KeyIdentifier sessionIdentifier(BootstrapRequest.Step step) {
    if (step.isDerived()) return WSSecurityTokenConstants.KEYIDENTIFIER_SECURITY_TOKEN_DIRECT_REFERENCE;
    return request.sessionSha1() == null
        ? WSSecurityTokenConstants.KeyIdentifier_EncryptedKey
        : WSSecurityTokenConstants.KEYIDENTIFIER_ENCRYPTED_KEY_SHA1_IDENTIFIER;
  }

  private static SecurePart partOf(BootstrapRequest.Part part) {
    if (part.name().equals("Token")) {
      return new SecurePart(WSSConstants.TAG_WSSE_BINARY_SECURITY_TOKEN, Modifier.Element);
    }
    Modifier modifier = part.modifier().equals("Content") ? Modifier.Content : Modifier.Element;
    return new SecurePart(new QName(part.namespace(), part.name()), modifier);
  }

  private void registerSession() {
    SessionKey key = new SessionKey(Xml.octets(request.session()));
    if (request.sessionSha1() != null) key.setSha1Identifier(request.sessionSha1());
    context.registerSecurityTokenProvider(
        SESSION_ID,
        new SecurityTokenProvider<OutboundSecurityToken>() {
          @Override
          public OutboundSecurityToken getSecurityToken() {
            return key;
          }

          @Override
          public String getId() {
            return SESSION_ID;
          }
        });
    context.put(WSSConstants.PROP_USE_THIS_TOKEN_ID_FOR_ENCRYPTION, SESSION_ID);
  }

  /** A secret for whatever algorithm asks. */
  private static final class SessionKey extends GenericOutboundSecurityToken {
    private final byte[] secret;

    SessionKey(byte[] secret) {
      super(SESSION_ID, WSSecurityTokenConstants.EncryptedKeyToken);
      this.secret = secret;
    }

    @Override
    public Key getSecretKey(String algorithm) {
      String family = JCEAlgorithmMapper.getJCEKeyAlgorithmFromURI(algorithm);
      return new SecretKeySpec(secret, family == null ? "raw" : family);
    }
  }

  private static KeyIdentifier identifier(String reference) {
    return switch (reference) {
      case "direct", "pki-path" -> WSSecurityTokenConstants.KEYIDENTIFIER_SECURITY_TOKEN_DIRECT_REFERENCE;
      case "issuer-serial" -> WSSecurityTokenConstants.KeyIdentifier_IssuerSerial;
      case "subject-key-identifier" -> WSSecurityTokenConstants.KeyIdentifier_SkiKeyIdentifier;
      case "thumbprint" -> WSSecurityTokenConstants.KEYIDENTIFIER_THUMBPRINT_IDENTIFIER;
      case "certificate" -> WSSecurityTokenConstants.KeyIdentifier_X509KeyIdentifier;
      case "key-value" -> WSSecurityTokenConstants.KeyIdentifier_KeyValue;
      default -> throw new IllegalArgumentException("unknown reference " + reference);
    };
  }
}
