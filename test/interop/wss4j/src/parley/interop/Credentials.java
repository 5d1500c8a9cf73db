package parley.interop;

import java.math.BigInteger;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** A private key (PKCS #8), its certificate and that of its issuer or null (DER), made for one run: nobody's secret. */
record Credentials(String privateKey, String certificate, String issuer) {
  record Request(String name, String algorithm) {}

  /** {@code rsa}, {@code ec} (P-256) or {@code ed25519}, self-signed, with a SubjectKeyIdentifier. */
  static Credentials make(Request request) throws Exception {
    KeyPair pair = pair(request.algorithm());
    X500Name name = new X500Name("CN=" + request.name());
    Instant now = Instant.now();
    Date from = Date.from(now.minus(Duration.ofHours(1)));
    Date to = Date.from(now.plus(Duration.ofHours(1)));
    JcaX509v3CertificateBuilder builder =
        new JcaX509v3CertificateBuilder(name, BigInteger.valueOf(now.toEpochMilli()), from, to, name, pair.getPublic());
    builder.addExtension(
        Extension.subjectKeyIdentifier,
        false,
        new JcaX509ExtensionUtils().createSubjectKeyIdentifier(pair.getPublic()));
    String signer =
        switch (request.algorithm()) {
          case "rsa" -> "SHA256withRSA";
          case "ec" -> "SHA256withECDSA";
          default -> "Ed25519";
        };
    byte[] certificate = builder.build(new JcaContentSignerBuilder(signer).build(pair.getPrivate())).getEncoded();
    return new Credentials(Xml.base64(pair.getPrivate().getEncoded()), Xml.base64(certificate), null);
  }

  private static KeyPair pair(String algorithm) throws Exception {
    KeyPairGenerator generator;
    switch (algorithm) {
      case "rsa" -> {
        generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
      }
      case "ec" -> {
        generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
      }
      case "ed25519" -> generator = KeyPairGenerator.getInstance("Ed25519");
      default -> throw new IllegalArgumentException("unknown algorithm");
    }
    return generator.generateKeyPair();
  }
}
