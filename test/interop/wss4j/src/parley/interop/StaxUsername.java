package parley.interop;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import javax.xml.namespace.QName;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamWriter;
import org.apache.wss4j.stax.ext.WSSConstants;
import org.apache.wss4j.stax.ext.WSSSecurityProperties;
import org.apache.wss4j.stax.securityToken.WSSecurityTokenConstants;
import org.apache.wss4j.stax.setup.WSSec;
import org.apache.xml.security.stax.ext.SecurePart;
import org.apache.xml.security.stax.ext.SecurePart.Modifier;
import org.apache.xml.security.stax.securityEvent.SecurityEvent;
import java.util.ArrayList;

/** UsernameTokens of WSS4J's streaming engine, which makes no derived keys of them. */
final class StaxUsername {
  private StaxUsername() {}

  static Sealed seal(UsernameRequest request) throws Exception {
    WSSSecurityProperties properties = new WSSSecurityProperties();
    properties.setCallbackHandler(request.passwords());
    properties.setSoap12(true);
    properties.setTokenUser(request.username());
    properties.setSignatureAlgorithm(request.algorithm());
    properties.setSignatureDigestAlgorithm(request.digest());
    for (UsernameRequest.Part part : request.parts()) {
      properties.addSignaturePart(new SecurePart(new QName(part.namespace(), part.name()), Modifier.Element));
    }
    if (request.isKey()) {
      properties.setUsernameTokenPasswordType(WSSConstants.UsernameTokenPasswordType.PASSWORD_NONE);
      properties.setUseDerivedKeyForMAC(true);
      properties.setDerivedKeyIterations(request.iterations());
      properties.setActions(List.of(WSSConstants.TIMESTAMP, WSSConstants.USERNAMETOKEN_SIGNED));
    } else {
      properties.setUsernameTokenPasswordType(
          request.kind().equals("text")
              ? WSSConstants.UsernameTokenPasswordType.PASSWORD_TEXT
              : WSSConstants.UsernameTokenPasswordType.PASSWORD_DIGEST);
      properties.setAddUsernameTokenNonce(true);
      properties.setAddUsernameTokenCreated(true);
      properties.setSignatureCrypto(KeyStores.of(request.own(), List.of()));
      properties.setSignatureUser(KeyStores.OWN);
      properties.setSignatureKeyIdentifier(WSSecurityTokenConstants.KEYIDENTIFIER_SECURITY_TOKEN_DIRECT_REFERENCE);
      properties.setActions(
          List.of(WSSConstants.TIMESTAMP, WSSConstants.USERNAMETOKEN, WSSConstants.SIGNATURE));
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    XMLStreamWriter writer =
        WSSec.getOutboundWSSec(properties)
            .processOutMessage(out, StandardCharsets.UTF_8.name(), new ArrayList<SecurityEvent>());
    XMLInputFactory readers = XMLInputFactory.newInstance();
    StreamCopy.write(readers.createXMLStreamReader(new ByteArrayInputStream(request.envelopeOctets())), writer);
    return new Sealed(Xml.base64(out.toByteArray()), Xml.payload(Xml.parse(request.envelopeOctets())));
  }
}
