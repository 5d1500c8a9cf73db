package parley.interop;

import java.security.cert.X509Certificate;
import java.util.List;
import org.apache.wss4j.common.WSEncryptionPart;
import org.apache.wss4j.common.crypto.Crypto;
import org.apache.wss4j.common.util.KeyUtils;
import org.apache.wss4j.dom.WSConstants;
import org.apache.wss4j.dom.message.WSSecEncrypt;
import org.apache.wss4j.dom.message.WSSecHeader;
import org.apache.wss4j.dom.message.WSSecSignature;
import org.apache.wss4j.dom.message.WSSecSignatureConfirmation;
import org.apache.wss4j.dom.message.WSSecTimestamp;
import org.apache.wss4j.dom.message.WSSecUsernameToken;
import org.w3c.dom.Document;

/** Messages that bootstrap a context: X.509 and username tokens, encrypted keys, signature confirmations. */
final class DomTokens {
  private DomTokens() {}

  static Sealed seal(TokenRequest request) throws Exception {
    Document document = Xml.parse(Xml.octets(request.envelope()));
    String payload = Xml.payload(document);
    new Sealer(request).seal(document);
    return new Sealed(Xml.base64(Xml.serialise(document)), payload);
  }

  /** What is the same for all messages that one sealer makes. */
  static final class Sealer {
    private final List<TokenRequest.Step> steps;
    private final Crypto keys;
    private final X509Certificate peer;

    Sealer(TokenRequest request) throws Exception {
      steps = request.steps();
      keys = KeyStores.of(request.own(), List.of());
      peer = request.peerCertificate() == null ? null : KeyStores.certificate(request.peerCertificate());
    }

    /** Secures {@code document} where it is. */
    void seal(Document document) throws Exception {
      WSSecHeader header = new WSSecHeader(document);
      header.insertSecurityHeader();
      for (TokenRequest.Step step : steps) {
        switch (step.make()) {
          case "timestamp" -> new WSSecTimestamp(header).build();
          case "sign" -> sign(header, keys, step);
          case "encrypt" -> encrypt(header, keys, peer, step);
          case "username-token" -> addUsernameToken(header, step);
          case "signature-confirmation" -> new WSSecSignatureConfirmation(header).build(Xml.octets(step.value()));
          default -> throw new IllegalArgumentException("unknown step " + step.make());
        }
      }
    }
  }

  private static void sign(WSSecHeader header, Crypto keys, TokenRequest.Step step) throws Exception {
    WSSecSignature signature = new WSSecSignature(header);
    signature.setUserInfo(KeyStores.OWN, KeyStores.PASSWORD);
    signature.setKeyIdentifierType(identifierType(step.reference()));
    signature.setSignatureAlgorithm(step.algorithm());
    signature.setDigestAlgo(step.digest());
    for (TokenRequest.Part part : step.parts()) signature.getParts().add(partOf(part));
    signature.build(keys);
  }

  private static void encrypt(WSSecHeader header, Crypto keys, X509Certificate peer, TokenRequest.Step step)
      throws Exception {
    WSSecEncrypt encryption = new WSSecEncrypt(header);
    encryption.setUseThisCert(peer);
    encryption.setKeyIdentifierType(identifierType(step.reference()));
    encryption.setKeyEncAlgo(step.transport());
    encryption.setDigestAlgorithm(step.digest());
    encryption.setMGFAlgorithm(step.mask());
    encryption.setSymmetricEncAlgorithm(step.algorithm());
    for (TokenRequest.Part part : step.parts()) encryption.getParts().add(partOf(part));
    encryption.build(keys, KeyUtils.getKeyGenerator(step.algorithm()).generateKey());
  }

  private static void addUsernameToken(WSSecHeader header, TokenRequest.Step step) {
    WSSecUsernameToken token = new WSSecUsernameToken(header);
    token.setPasswordType(step.passwordType());
    token.setUserInfo(step.username(), step.password());
    token.addNonce();
    token.addCreated();
    token.build();
  }

  private static WSEncryptionPart partOf(TokenRequest.Part part) {
    return new WSEncryptionPart(part.name(), part.namespace(), part.modifier());
  }

  private static int identifierType(String reference) {
    return switch (reference) {
      case "direct" -> WSConstants.BST_DIRECT_REFERENCE;
      case "issuer-serial" -> WSConstants.ISSUER_SERIAL;
      case "subject-key-identifier" -> WSConstants.SKI_KEY_IDENTIFIER;
      case "thumbprint" -> WSConstants.THUMBPRINT_IDENTIFIER;
      case "certificate" -> WSConstants.X509_KEY_IDENTIFIER;
      default -> throw new IllegalArgumentException("unknown reference " + reference);
    };
  }
}
