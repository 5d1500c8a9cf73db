package parley.interop;

import java.util.ArrayList;
import java.util.List;
import javax.security.auth.callback.Callback;
import javax.security.auth.callback.CallbackHandler;
import org.apache.wss4j.common.ext.WSPasswordCallback;
import org.apache.wss4j.common.saml.SamlAssertionWrapper;
import org.apache.wss4j.dom.WSDataRef;
import org.apache.wss4j.dom.engine.WSSConfig;
import org.apache.wss4j.dom.engine.WSSecurityEngine;
import org.apache.wss4j.dom.engine.WSSecurityEngineResult;
import org.apache.wss4j.dom.handler.RequestData;
import org.apache.wss4j.dom.handler.WSHandlerResult;
import org.apache.wss4j.dom.saml.DOMSAMLUtil;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

/** A message with assertions: octets as Base64, certificates and keys in DER. */
record SamlOpening(String message, Credentials own, List<String> trusted, List<String> audiences) {
  record Assertion(String id, String issuer, String subject) {}

  record Opened(List<Assertion> assertions, List<String> signed, String payload) {}

  static final CallbackHandler PASSWORDS =
      callbacks -> {
        for (Callback callback : callbacks) ((WSPasswordCallback) callback).setPassword(KeyStores.PASSWORD);
      };

  Opened open() throws Exception {
    Document document = Xml.parse(Xml.octets(message));
    RequestData data = new RequestData();
    data.setWssConfig(WSSConfig.getNewInstance());
    data.setCallbackHandler(PASSWORDS);
    data.setSigVerCrypto(KeyStores.of(null, trusted));
    if (own != null) data.setDecCrypto(KeyStores.of(own, trusted));
    if (audiences != null) data.setAudienceRestrictions(audiences);
    WSHandlerResult results = new WSSecurityEngine().processSecurityHeader(document, data);
    Element envelope = document.getDocumentElement();
    Element body = (Element) envelope.getElementsByTagNameNS(envelope.getNamespaceURI(), "Body").item(0);
    // What its handler does with the results: does the message confirm the assertions?
    DOMSAMLUtil.validateSAMLResults(results, null, body);
    List<Assertion> assertions = new ArrayList<>();
    List<String> signed = new ArrayList<>();
    for (WSSecurityEngineResult result : results.getResults()) {
      Object assertion = result.get(WSSecurityEngineResult.TAG_SAML_ASSERTION);
      if (assertion instanceof SamlAssertionWrapper wrapper) {
        if (!wrapper.isSigned()) throw new IllegalStateException("an unsigned assertion");
        assertions.add(new Assertion(wrapper.getId(), wrapper.getIssuerString(), wrapper.getSubjectName()));
      }
      for (WSDataRef part : partsOf(result)) signed.add(part.getName().getLocalPart());
    }
    return new Opened(assertions, signed, Xml.payload(document));
  }

  @SuppressWarnings("unchecked")
  private static List<WSDataRef> partsOf(WSSecurityEngineResult result) {
    Object parts = result.get(WSSecurityEngineResult.TAG_DATA_REF_URIS);
    // Of an assertion too there are such parts: its issuer's.
    boolean isMessage = result.get(WSSecurityEngineResult.TAG_SAML_ASSERTION) == null;
    return parts == null || !isMessage ? List.of() : (List<WSDataRef>) parts;
  }
}
