package parley.interop;

import java.io.ByteArrayInputStream;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.List;
import org.apache.wss4j.common.crypto.Merlin;

/** Key stores in memory, as WSS4J wants them. */
final class KeyStores {
  static final String OWN = "own";
  /** WSS4J asks for one; the stores never leave this process. */
  static final String PASSWORD = "unused";

  private KeyStores() {}

  static X509Certificate certificate(String der) throws Exception {
    CertificateFactory factory = CertificateFactory.getInstance("X.509");
    return (X509Certificate) factory.generateCertificate(new ByteArrayInputStream(Xml.octets(der)));
  }

  /** A store with a key of one's own ({@code own} may be null) and certificates of others. */
  static Merlin of(Credentials own, List<String> others) throws Exception {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    if (own != null) {
      X509Certificate certificate = certificate(own.certificate());
      PrivateKey key =
          KeyFactory.getInstance(certificate.getPublicKey().getAlgorithm())
              .generatePrivate(new PKCS8EncodedKeySpec(Xml.octets(own.privateKey())));
      Certificate[] path =
          own.issuer() == null
              ? new Certificate[] {certificate}
              : new Certificate[] {certificate, certificate(own.issuer())};
      store.setKeyEntry(OWN, key, PASSWORD.toCharArray(), path);
    }
    for (String der : others) store.setCertificateEntry("other-" + store.size(), certificate(der));
    Merlin merlin = new Merlin();
    merlin.setKeyStore(store);
    return merlin;
  }
}
