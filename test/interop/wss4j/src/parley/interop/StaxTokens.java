package parley.interop;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import javax.xml.namespace.QName;
import javax.xml.stream.XMLStreamWriter;
import org.apache.wss4j.common.crypto.Merlin;
import org.apache.wss4j.stax.ext.WSSConstants;
import org.apache.wss4j.stax.ext.WSSSecurityProperties;
import org.apache.wss4j.stax.securityToken.WSSecurityTokenConstants;
import org.apache.wss4j.stax.setup.OutboundWSSec;
import org.apache.wss4j.stax.setup.WSSec;
import org.apache.xml.security.stax.ext.SecurePart;
import org.apache.xml.security.stax.ext.SecurePart.Modifier;
import org.apache.xml.security.stax.ext.XMLSecurityConstants;
import org.apache.xml.security.stax.securityToken.SecurityTokenConstants;

/** The steps {@code timestamp}, {@code sign} and {@code encrypt} of a {@link TokenRequest}, by the streaming engine. */
final class StaxTokens {
  private StaxTokens() {}

  /** What is the same for all messages that one sealer makes. */
  static final class Sealer {
    private final OutboundWSSec engine;

    Sealer(TokenRequest request) throws Exception {
      WSSSecurityProperties properties = new WSSSecurityProperties();
      properties.setCallbackHandler(KnownSecrets.ofKeyStores());
      properties.setSoap12(true);
      Merlin keys = KeyStores.of(request.own(), List.of());
      List<XMLSecurityConstants.Action> actions = new ArrayList<>();
      for (TokenRequest.Step step : request.steps()) {
        switch (step.make()) {
          case "timestamp" -> actions.add(WSSConstants.TIMESTAMP);
          case "sign" -> {
            actions.add(WSSConstants.SIGNATURE);
            properties.setSignatureUser(KeyStores.OWN);
            properties.setSignatureCrypto(keys);
            properties.setSignatureKeyIdentifier(identifier(step.reference()));
            properties.setSignatureAlgorithm(step.algorithm());
            properties.setSignatureDigestAlgorithm(step.digest());
            for (TokenRequest.Part part : step.parts()) properties.addSignaturePart(partOf(part));
          }
          case "encrypt" -> {
            actions.add(WSSConstants.ENCRYPTION);
            properties.setEncryptionCrypto(keys);
            properties.setEncryptionUseThisCertificate(KeyStores.certificate(request.peerCertificate()));
            properties.setEncryptionKeyIdentifier(identifier(step.reference()));
            properties.setEncryptionKeyTransportAlgorithm(step.transport());
            properties.setEncryptionSymAlgorithm(step.algorithm());
            for (TokenRequest.Part part : step.parts()) properties.addEncryptionPart(partOf(part));
          }
          default -> throw new IllegalArgumentException("unknown step " + step.make());
        }
      }
      properties.setActions(actions);
      engine = WSSec.getOutboundWSSec(properties);
    }

    byte[] seal(byte[] envelope) throws Exception {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      XMLStreamWriter writer = engine.processOutMessage(out, StandardCharsets.UTF_8.name(), null, null);
      StreamCopy.write(StaxEngine.reader(new ByteArrayInputStream(envelope)), writer);
      return out.toByteArray();
    }
  }

  private static SecurePart partOf(TokenRequest.Part part) {
    return new SecurePart(new QName(part.namespace(), part.name()), Modifier.valueOf(part.modifier()));
  }

  private static SecurityTokenConstants.KeyIdentifier identifier(String reference) {
    return switch (reference) {
      case "direct" -> WSSecurityTokenConstants.KEYIDENTIFIER_SECURITY_TOKEN_DIRECT_REFERENCE;
      case "thumbprint" -> WSSecurityTokenConstants.KEYIDENTIFIER_THUMBPRINT_IDENTIFIER;
      default -> throw new IllegalArgumentException("unknown reference " + reference);
    };
  }
}
