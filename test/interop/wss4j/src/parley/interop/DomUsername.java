package parley.interop;

import java.util.List;
import org.apache.wss4j.common.WSEncryptionPart;
import org.apache.wss4j.common.derivedKey.ConversationConstants;
import org.apache.wss4j.common.util.UsernameTokenUtil;
import org.apache.wss4j.dom.WSConstants;
import org.apache.wss4j.dom.message.WSSecDKEncrypt;
import org.apache.wss4j.dom.message.WSSecDKSign;
import org.apache.wss4j.dom.message.WSSecHeader;
import org.apache.wss4j.dom.message.WSSecSignature;
import org.apache.wss4j.dom.message.WSSecTimestamp;
import org.apache.wss4j.dom.message.WSSecUsernameToken;
import org.w3c.dom.Document;

/** UsernameTokens of WSS4J's DOM engine. */
final class DomUsername {
  private static final int KEY_BYTES = 32;

  private DomUsername() {}

  static Sealed seal(UsernameRequest request) throws Exception {
    Document document = Xml.parse(request.envelopeOctets());
    String payload = Xml.payload(document);
    WSSecHeader header = new WSSecHeader(document);
    header.insertSecurityHeader();
    new WSSecTimestamp(header).build();
    if (request.isKey()) signWithPassword(request, header);
    else signToken(request, header);
    return new Sealed(Xml.base64(Xml.serialise(document)), payload);
  }

  private static void signToken(UsernameRequest request, WSSecHeader header) throws Exception {
    WSSecUsernameToken token = tokenOf(request, header);
    token.setPasswordType(
        request.kind().equals("text") ? WSConstants.PASSWORD_TEXT : WSConstants.PASSWORD_DIGEST);
    token.addNonce();
    token.addCreated();
    token.build();
    WSSecSignature signature = new WSSecSignature(header);
    signature.setUserInfo(KeyStores.OWN, KeyStores.PASSWORD);
    signature.setKeyIdentifierType(WSConstants.BST_DIRECT_REFERENCE);
    signature.setSignatureAlgorithm(request.algorithm());
    signature.setDigestAlgo(request.digest());
    signature.getParts().addAll(request.signedParts());
    signature.build(KeyStores.of(request.own(), List.of()));
  }

  private static void signWithPassword(UsernameRequest request, WSSecHeader header) throws Exception {
    WSSecUsernameToken token = tokenOf(request, header);
    byte[] salt = UsernameTokenUtil.generateSalt(true);
    token.addDerivedKey(request.iterations());
    token.prepare(salt);
    // Now, to be signed; and once more, to stand before what uses it.
    token.prependToHeader();
    byte[] key = token.getDerivedKey(salt);
    if (request.kind().equals("key")) signDirectly(request, header, token.getId(), key);
    else signDerived(request, header, token.getId(), key);
    if (request.cipher() != null) encrypt(request, header, token.getId(), key);
    token.prependToHeader();
  }

  private static WSSecUsernameToken tokenOf(UsernameRequest request, WSSecHeader header) {
    WSSecUsernameToken token = new WSSecUsernameToken(header);
    token.setUserInfo(request.username(), request.password());
    return token;
  }

  private static void signDirectly(UsernameRequest request, WSSecHeader header, String tokenId, byte[] key)
      throws Exception {
    WSSecSignature signature = new WSSecSignature(header);
    signature.setKeyIdentifierType(WSConstants.CUSTOM_SYMM_SIGNING);
    signature.setCustomTokenId(tokenId);
    signature.setCustomTokenValueType(WSConstants.WSS_USERNAME_TOKEN_VALUE_TYPE);
    signature.setSecretKey(key);
    signature.setSignatureAlgorithm(request.algorithm());
    signature.setDigestAlgo(request.digest());
    signature.getParts().addAll(request.signedParts());
    signature.build(null);
  }

  private static void signDerived(UsernameRequest request, WSSecHeader header, String tokenId, byte[] key)
      throws Exception {
    WSSecDKSign signature = new WSSecDKSign(header);
    signature.setWscVersion(ConversationConstants.VERSION_05_12);
    signature.setTokenIdentifier(tokenId);
    signature.setCustomValueType(WSConstants.WSS_USERNAME_TOKEN_VALUE_TYPE);
    signature.setSignatureAlgorithm(request.algorithm());
    signature.setDigestAlgorithm(request.digest());
    signature.setDerivedKeyLength(KEY_BYTES);
    signature.getParts().addAll(request.signedParts());
    signature.build(key);
  }

  private static void encrypt(UsernameRequest request, WSSecHeader header, String tokenId, byte[] key)
      throws Exception {
    WSSecDKEncrypt encryption = new WSSecDKEncrypt(header);
    encryption.setWscVersion(ConversationConstants.VERSION_05_12);
    encryption.setTokenIdentifier(tokenId);
    encryption.setCustomValueType(WSConstants.WSS_USERNAME_TOKEN_VALUE_TYPE);
    encryption.setSymmetricEncAlgorithm(request.cipher());
    encryption.setDerivedKeyLength(KEY_BYTES);
    encryption.getParts().add(new WSEncryptionPart("Body", WSConstants.URI_SOAP12_ENV, "Content"));
    encryption.build(key);
  }
}
