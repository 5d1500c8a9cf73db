package parley.interop;

import java.util.ArrayList;
import java.util.List;
import javax.security.auth.callback.CallbackHandler;
import javax.xml.namespace.QName;
import org.apache.wss4j.common.WSEncryptionPart;
import org.apache.wss4j.common.crypto.Crypto;
import org.apache.wss4j.common.derivedKey.ConversationConstants;
import org.apache.wss4j.dom.WSConstants;
import org.apache.wss4j.dom.WSDataRef;
import org.apache.wss4j.dom.engine.WSSConfig;
import org.apache.wss4j.dom.engine.WSSecurityEngine;
import org.apache.wss4j.dom.engine.WSSecurityEngineResult;
import org.apache.wss4j.dom.handler.RequestData;
import org.apache.wss4j.dom.handler.WSHandlerResult;
import org.apache.wss4j.dom.message.WSSecDKEncrypt;
import org.apache.wss4j.dom.message.WSSecDKSign;
import org.apache.wss4j.dom.message.WSSecHeader;
import org.apache.wss4j.dom.message.WSSecSecurityContextToken;
import org.apache.wss4j.dom.message.WSSecSignature;
import org.apache.wss4j.dom.message.WSSecTimestamp;
import org.w3c.dom.Document;

/** WSS4J's DOM engine: what Apache CXF uses by default. */
final class DomEngine {
  private DomEngine() {}

  /** What is the same for all messages that one opener reads. */
  static final class Opener {
    private final OpenRequest request;
    private final CallbackHandler secrets;
    private final Crypto keys;
    private final WSSConfig config = WSSConfig.getNewInstance();
    private final WSSecurityEngine engine = new WSSecurityEngine();

    Opener(OpenRequest request) throws Exception {
      this.request = request;
      secrets = KnownSecrets.toOpen(request);
      keys = request.keys();
    }

    /** Leaves the plaintext in {@code document}. */
    WSHandlerResult open(Document document) throws Exception {
      RequestData data = new RequestData();
      data.setWssConfig(config);
      data.setCallbackHandler(secrets);
      data.setSigVerCrypto(keys);
      data.setDecCrypto(keys);
      data.setActor(request.role());
      data.setDisableBSPEnforcement(!request.bsp());
      data.setAllowRSA15KeyTransportAlgorithm(true);
      // A token that a key is made of has none.
      data.setAllowUsernameTokenNoPassword(true);
      if (request.ageSecondsMax() != null) data.setTimeStampTTL(request.ageSecondsMax());
      return engine.processSecurityHeader(document, data);
    }
  }

  static Opened open(OpenRequest request) throws Exception {
    Document document = Xml.parse(request.messageOctets());
    WSHandlerResult results = new Opener(request).open(document);
    List<Opened.SignedPart> signed = new ArrayList<>();
    List<Opened.EncryptedPart> encrypted = new ArrayList<>();
    for (WSSecurityEngineResult result : results.getResults()) {
      int action = (Integer) result.get(WSSecurityEngineResult.TAG_ACTION);
      for (WSDataRef part : partsOf(result)) {
        if (action == WSConstants.SIGN || action == WSConstants.UT_SIGN) {
          signed.add(new Opened.SignedPart(name(part), Xml.base64(part.getDigestValue())));
        } else if (action == WSConstants.ENCR) {
          encrypted.add(new Opened.EncryptedPart(name(part), part.getAlgorithm()));
        }
      }
    }
    return new Opened(signed, encrypted, Xml.payload(document));
  }

  @SuppressWarnings("unchecked")
  private static List<WSDataRef> partsOf(WSSecurityEngineResult result) {
    Object parts = result.get(WSSecurityEngineResult.TAG_DATA_REF_URIS);
    return parts == null ? List.of() : (List<WSDataRef>) parts;
  }

  private static String name(WSDataRef part) {
    QName name = part.getName();
    return "{" + name.getNamespaceURI() + "}" + name.getLocalPart();
  }

  static Sealed seal(SealRequest request) throws Exception {
    Document document = Xml.parse(request.envelopeOctets());
    String payload = Xml.payload(document);
    seal(document, request);
    return new Sealed(Xml.base64(Xml.serialise(document)), payload);
  }

  /** Secures {@code document} where it is. */
  static void seal(Document document, SealRequest request) throws Exception {
    WSSecHeader header = new WSSecHeader(document);
    header.insertSecurityHeader();
    WSSecSecurityContextToken token = new WSSecSecurityContextToken(header, null);
    token.setWscVersion(wscVersion(request));
    token.setIdentifier(request.identifier());
    token.prepare(null);
    if (request.timestamp()) new WSSecTimestamp(header).build();
    Steps steps = new Steps(request, header, token.getSctId());
    // Each step prepends: the last one made is the first one undone.
    if (request.encryptsBody() && request.encryptsFirst()) steps.encrypt();
    if (request.isDirect()) steps.signDirectly();
    else steps.sign();
    if (request.encryptsBody() && !request.encryptsFirst()) steps.encrypt();
    if (request.isAttached()) token.prependSCTElementToHeader();
  }

  private static int wscVersion(SealRequest request) {
    return request.is200512() ? ConversationConstants.VERSION_05_12 : ConversationConstants.VERSION_05_02;
  }

  private record Steps(SealRequest request, WSSecHeader header, String tokenId) {
    void sign() throws Exception {
      WSSecDKSign signature = new WSSecDKSign(header);
      signature.setWscVersion(wscVersion(request));
      signature.setTokenIdentifier(reference());
      signature.setTokenIdDirectId(!request.isAttached());
      signature.setCustomValueType(valueType());
      signature.setSignatureAlgorithm(request.mac());
      signature.setDigestAlgorithm(request.digest());
      signature.setDerivedKeyLength(request.signatureKeyBytes());
      signature.getParts().addAll(signedParts());
      signature.build(request.secretOctets());
    }

    void signDirectly() throws Exception {
      WSSecSignature signature = new WSSecSignature(header);
      signature.setKeyIdentifierType(
          request.isAttached() ? WSConstants.CUSTOM_SYMM_SIGNING : WSConstants.CUSTOM_SYMM_SIGNING_DIRECT);
      signature.setCustomTokenId(reference());
      signature.setCustomTokenValueType(valueType());
      signature.setSecretKey(request.secretOctets());
      signature.setSignatureAlgorithm(request.mac());
      signature.setDigestAlgo(request.digest());
      signature.getParts().addAll(signedParts());
      signature.build(null);
    }

    void encrypt() throws Exception {
      WSSecDKEncrypt encryption = new WSSecDKEncrypt(header);
      encryption.setWscVersion(wscVersion(request));
      encryption.setTokenIdentifier(reference());
      encryption.setTokenIdDirectId(!request.isAttached());
      encryption.setCustomValueType(valueType());
      encryption.setSymmetricEncAlgorithm(request.cipher());
      encryption.setDerivedKeyLength(request.encryptionKeyBytes());
      if (request.encryptsSignature()) {
        encryption.getParts().add(new WSEncryptionPart("Signature", WSConstants.SIG_NS, "Element"));
      }
      encryption.getParts().add(new WSEncryptionPart("Body", soapNamespace(), "Content"));
      encryption.build(request.secretOctets());
    }

    private String reference() {
      return request.isAttached() ? tokenId : request.identifier();
    }

    private String valueType() {
      return request.is200512() ? WSConstants.WSC_SCT_05_12 : WSConstants.WSC_SCT;
    }

    private String soapNamespace() {
      return request.soap12() ? WSConstants.URI_SOAP12_ENV : WSConstants.URI_SOAP11_ENV;
    }

    private List<WSEncryptionPart> signedParts() {
      List<WSEncryptionPart> parts = new ArrayList<>();
      for (SealRequest.Part part : request.sign()) {
        parts.add(new WSEncryptionPart(part.name(), part.namespace(), "Element"));
      }
      return parts;
    }
  }
}
