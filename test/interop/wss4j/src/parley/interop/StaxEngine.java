package parley.interop;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.Key;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import javax.crypto.spec.SecretKeySpec;
import javax.xml.namespace.QName;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import javax.xml.stream.XMLStreamWriter;
import org.apache.wss4j.common.crypto.Merlin;
import org.apache.wss4j.common.derivedKey.ConversationConstants;
import org.apache.wss4j.dom.message.token.SecurityContextToken;
import org.apache.wss4j.stax.ext.WSSConstants;
import org.apache.wss4j.stax.ext.WSSSecurityProperties;
import org.apache.wss4j.stax.securityToken.WSSecurityTokenConstants;
import org.apache.wss4j.stax.setup.InboundWSSec;
import org.apache.wss4j.stax.setup.OutboundWSSec;
import org.apache.wss4j.stax.setup.WSSec;
import org.apache.xml.security.stax.config.JCEAlgorithmMapper;
import org.apache.xml.security.stax.ext.SecurePart;
import org.apache.xml.security.stax.ext.SecurePart.Modifier;
import org.apache.xml.security.stax.ext.XMLSecurityConstants;
import org.apache.xml.security.stax.impl.OutboundSecurityContextImpl;
import org.apache.xml.security.stax.impl.securityToken.GenericOutboundSecurityToken;
import org.apache.xml.security.stax.securityEvent.AbstractSecuredElementSecurityEvent;
import org.apache.xml.security.stax.securityEvent.SecurityEventListener;
import org.apache.xml.security.stax.securityToken.OutboundSecurityToken;
import org.apache.xml.security.stax.securityToken.SecurityTokenProvider;
import org.w3c.dom.Document;

/** WSS4J's streaming engine: what Apache CXF uses with {@code ws-security.enable.streaming}. */
final class StaxEngine {
  static final XMLInputFactory READERS = readers();

  private StaxEngine() {}

  /** What is the same for all messages that one opener reads. */
  static InboundWSSec opener(OpenRequest request) throws Exception {
    WSSSecurityProperties properties = new WSSSecurityProperties();
    properties.setCallbackHandler(KnownSecrets.toOpen(request));
    properties.setSignatureVerificationCrypto(request.keys());
    properties.setDecryptionCrypto(request.keys());
    properties.setDisableBSPEnforcement(!request.bsp());
    properties.setAllowRSA15KeyTransportAlgorithm(true);
    properties.setAllowUsernameTokenNoPassword(true);
    properties.setSoap12(request.soap12());
    properties.setActor(request.role());
    if (request.ageSecondsMax() != null) properties.setTimestampTTL(request.ageSecondsMax());
    return WSSec.getInboundWSSec(properties, false, true);
  }

  /** The plaintext, verified and decrypted as it is read. */
  static XMLStreamReader open(InboundWSSec opener, byte[] octets, SecurityEventListener listener) throws Exception {
    return opener.processInMessage(reader(new ByteArrayInputStream(octets)), null, listener);
  }

  static Opened open(OpenRequest request) throws Exception {
    // The same part is reported at its start and at its end.
    Set<String> signed = new TreeSet<>();
    Set<String> encrypted = new TreeSet<>();
    SecurityEventListener listener =
        event -> {
          if (!(event instanceof AbstractSecuredElementSecurityEvent part)) return;
          String name = nameOf(part.getElementPath());
          if (part.isSigned()) signed.add(name);
          if (part.isEncrypted()) encrypted.add(name);
        };
    Document document = StreamCopy.toDocument(open(opener(request), request.messageOctets(), listener));
    return new Opened(
        signed.stream().map(name -> new Opened.SignedPart(name, null)).toList(),
        encrypted.stream().map(name -> new Opened.EncryptedPart(name, null)).toList(),
        Xml.payload(document));
  }

  private static String nameOf(List<QName> path) {
    QName name = path.get(path.size() - 1);
    return "{" + name.getNamespaceURI() + "}" + name.getLocalPart();
  }

  static Sealed seal(SealRequest request) throws Exception {
    byte[] sealed = new Sealer(request).seal(request.envelopeOctets());
    return new Sealed(Xml.base64(sealed), Xml.payload(Xml.parse(request.envelopeOctets())));
  }

  /** What is the same for all messages that one sealer makes. */
  static final class Sealer {
    private final OutboundWSSec engine;
    private final ContextKey key;

    Sealer(SealRequest request) throws Exception {
      SecurityContextToken token = token(request);
      engine = WSSec.getOutboundWSSec(properties(request, token));
      key = new ContextKey(request.isAttached() ? token.getID() : request.identifier(), request.secretOctets());
    }

    byte[] seal(byte[] envelope) throws Exception {
      OutboundSecurityContextImpl context = new OutboundSecurityContextImpl();
      register(context, key);
      for (String use :
          List.of(
              WSSConstants.PROP_USE_THIS_TOKEN_ID_FOR_SIGNATURE,
              WSSConstants.PROP_USE_THIS_TOKEN_ID_FOR_ENCRYPTION,
              WSSConstants.PROP_USE_THIS_TOKEN_ID_FOR_CUSTOM_TOKEN)) {
        context.put(use, key.getId());
      }
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      XMLStreamWriter writer = engine.processOutMessage(out, StandardCharsets.UTF_8.name(), context);
      StreamCopy.write(reader(new ByteArrayInputStream(envelope)), writer);
      return out.toByteArray();
    }
  }

  private static WSSSecurityProperties properties(SealRequest request, SecurityContextToken token) throws Exception {
    WSSSecurityProperties properties = new WSSSecurityProperties();
    properties.setCallbackHandler(KnownSecrets.toSeal(request.secretOctets(), token.getElement()));
    properties.setSoap12(request.soap12());
    properties.setUse200512Namespace(request.is200512());
    properties.setDerivedKeyTokenReference(WSSConstants.DerivedKeyTokenReference.DirectReference);
    properties.setDerivedKeyKeyIdentifier(WSSecurityTokenConstants.KEYIDENTIFIER_SECURITY_TOKEN_DIRECT_REFERENCE);
    properties.setSignatureKeyIdentifier(WSSecurityTokenConstants.KEYIDENTIFIER_SECURITY_TOKEN_DIRECT_REFERENCE);
    properties.setIncludeSignatureToken(request.isAttached());
    properties.setEncryptSymmetricEncryptionKey(false);
    if (request.isDirect()) {
      // Asked for before it looks at the key that it was given, unless the algorithm is HMAC-SHA1.
      properties.setSignatureCrypto(new Merlin());
      properties.setSignatureUser("unused");
    }
    properties.setSignatureAlgorithm(request.mac());
    properties.setSignatureDigestAlgorithm(request.digest());
    properties.setDerivedSignatureKeyLength(request.signatureKeyBytes());
    properties.setDerivedEncryptionKeyLength(request.encryptionKeyBytes());
    properties.setActions(actions(request));
    for (SealRequest.Part part : request.sign()) {
      properties.addSignaturePart(new SecurePart(new QName(part.namespace(), part.name()), Modifier.Element));
    }
    if (request.encryptsBody()) {
      properties.setEncryptionSymAlgorithm(request.cipher());
      QName body = new QName(soapNamespace(request), "Body");
      properties.addEncryptionPart(new SecurePart(body, Modifier.Content));
      if (request.encryptsSignature()) {
        properties.addEncryptionPart(new SecurePart(WSSConstants.TAG_dsig_Signature, Modifier.Element));
      }
    }
    return properties;
  }

  private static SecurityContextToken token(SealRequest request) throws Exception {
    int version = request.is200512() ? ConversationConstants.VERSION_05_12 : ConversationConstants.VERSION_05_02;
    SecurityContextToken token = new SecurityContextToken(version, Xml.empty(), request.identifier());
    token.setID("sct-" + Long.toHexString(System.nanoTime()));
    return token;
  }

  private static List<XMLSecurityConstants.Action> actions(SealRequest request) {
    List<XMLSecurityConstants.Action> actions = new ArrayList<>();
    if (request.timestamp()) actions.add(WSSConstants.TIMESTAMP);
    if (request.encryptsBody() && request.encryptsFirst()) actions.add(WSSConstants.ENCRYPTION_WITH_DERIVED_KEY);
    actions.add(request.isDirect() ? WSSConstants.SIGNATURE : WSSConstants.SIGNATURE_WITH_DERIVED_KEY);
    if (request.encryptsBody() && !request.encryptsFirst()) actions.add(WSSConstants.ENCRYPTION_WITH_DERIVED_KEY);
    // The last one comes first in the header.
    if (request.isAttached()) actions.add(WSSConstants.CUSTOM_TOKEN);
    return actions;
  }

  private static String soapNamespace(SealRequest request) {
    return request.soap12() ? WSSConstants.NS_SOAP12 : WSSConstants.NS_SOAP11;
  }

  private static void register(OutboundSecurityContextImpl context, ContextKey key) {
    context.registerSecurityTokenProvider(
        key.getId(),
        new SecurityTokenProvider<OutboundSecurityToken>() {
          @Override
          public OutboundSecurityToken getSecurityToken() {
            return key;
          }

          @Override
          public String getId() {
            return key.getId();
          }
        });
  }

  /** The secret of the context, for whatever algorithm asks. */
  private static final class ContextKey extends GenericOutboundSecurityToken {
    private final byte[] secret;

    ContextKey(String id, byte[] secret) {
      super(id, WSSecurityTokenConstants.SECURITY_CONTEXT_TOKEN);
      this.secret = secret;
    }

    @Override
    public Key getSecretKey(String algorithm) {
      String family = JCEAlgorithmMapper.getJCEKeyAlgorithmFromURI(algorithm);
      return new SecretKeySpec(secret, family == null ? "raw" : family);
    }
  }

  static XMLStreamReader reader(InputStream in) throws XMLStreamException {
    return READERS.createXMLStreamReader(in);
  }

  private static XMLInputFactory readers() {
    XMLInputFactory factory = XMLInputFactory.newInstance();
    factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
    factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
    return factory;
  }
}
