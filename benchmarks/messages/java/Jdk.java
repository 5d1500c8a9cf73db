import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Key;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import javax.xml.crypto.dsig.XMLSignatureFactory;
import javax.xml.crypto.dsig.dom.DOMValidateContext;
import javax.xml.parsers.DocumentBuilder;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.transform.TransformerFactory;
import javax.xml.transform.dom.DOMSource;
import javax.xml.transform.stream.StreamResult;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NamedNodeMap;
import org.w3c.dom.Node;
import org.w3c.dom.NodeList;

/**
 * Times the JDK's own javax.xml.crypto on one thread, on messages whose keys it is told: {@code Jdk open <count>}. It has no XML
 * Encryption, so that is done here with its ciphers. See xmlsec.c for the files and the lines.
 */
public final class Jdk {
    private static final String DSIG = "http://www.w3.org/2000/09/xmldsig#";
    private static final String XENC = "http://www.w3.org/2001/04/xmlenc#";
    private static final String XMLNS = "http://www.w3.org/2000/xmlns/";

    private record Message(byte[] xml, byte[] mac, byte[] enc) {}

    private final XMLSignatureFactory signatures = XMLSignatureFactory.getInstance("DOM");
    private final DocumentBuilder builder;
    private final PublicKey alice;
    private final PrivateKey bob;

    private Jdk() throws Exception {
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        factory.setNamespaceAware(true);
        factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
        builder = factory.newDocumentBuilder();
        byte[] certificate = optional("alice.pem");
        alice = certificate == null ? null : CertificateFactory.getInstance("X.509")
            .generateCertificate(new ByteArrayInputStream(certificate)).getPublicKey();
        byte[] key = optional("bob-private.pem");
        bob = key == null ? null : KeyFactory.getInstance("RSA").generatePrivate(new PKCS8EncodedKeySpec(pem(key)));
    }

    public static void main(String[] words) throws Exception {
        int count = Integer.parseInt(words[1]);
        List<Message> messages = new ArrayList<>();
        for (int index = 0; index < count; index++)
            messages.add(new Message(optional(index + ".xml"), optional(index + ".mac"), optional(index + ".enc")));
        Jdk jdk = new Jdk();
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        Pattern span = Pattern.compile("\"ms\":(\\d+)");
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            Matcher asked = span.matcher(line);
            if (asked.find()) {
                System.out.println(jdk.timed(messages, Long.parseLong(asked.group(1)) * 1_000_000));
            } else {
                Document document = jdk.open(messages.get(0));
                TransformerFactory.newInstance().newTransformer()
                    .transform(new DOMSource(document), new StreamResult(Path.of("out.xml").toFile()));
                System.out.println("{}");
            }
        }
    }

    private String timed(List<Message> messages, long spanNs) throws Exception {
        long began = System.nanoTime();
        long cpu = cpuNs();
        int done = 0;
        while (System.nanoTime() - began < spanNs) open(messages.get(done++ % messages.size()));
        return "{\"messages\":" + done + ",\"wallNs\":" + (System.nanoTime() - began) + ",\"cpuNs\":" + (cpuNs() - cpu) + "}";
    }

    private static long cpuNs() {
        return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime();
    }

    private Document open(Message message) throws Exception {
        Document document = builder.parse(new ByteArrayInputStream(message.xml));
        byte[] key = message.enc;
        NodeList wrapped = document.getElementsByTagNameNS(XENC, "EncryptedKey");
        if (key == null && wrapped.getLength() > 0) {
            Cipher oaep = Cipher.getInstance("RSA/ECB/OAEPWithSHA-1AndMGF1Padding");
            oaep.init(Cipher.DECRYPT_MODE, bob);
            key = oaep.doFinal(cipherValue((Element) wrapped.item(0)));
        }
        NodeList encrypted = document.getElementsByTagNameNS(XENC, "EncryptedData");
        while (encrypted.getLength() > 0) decrypt((Element) encrypted.item(0), key);
        Node signature = document.getElementsByTagNameNS(DSIG, "Signature").item(0);
        Key verifying = message.mac == null ? alice : new SecretKeySpec(message.mac, "HMAC");
        DOMValidateContext context = new DOMValidateContext(verifying, signature);
        // SHA-1 is what the suites of WS-SecurityPolicy name.
        context.setProperty("org.jcp.xml.dsig.secureValidation", false);
        registerIds(document.getDocumentElement());
        if (!signatures.unmarshalXMLSignature(context).validate(context)) throw new IllegalStateException("not valid");
        return document;
    }

    private void decrypt(Element data, byte[] key) throws Exception {
        String algorithm = ((Element) data.getElementsByTagNameNS(XENC, "EncryptionMethod").item(0)).getAttribute("Algorithm");
        boolean isGcm = algorithm.endsWith("-gcm");
        byte[] value = cipherValue(data);
        int ivBytes = isGcm ? 12 : 16;
        Cipher cipher = Cipher.getInstance(isGcm ? "AES/GCM/NoPadding" : "AES/CBC/ISO10126Padding");
        cipher.init(Cipher.DECRYPT_MODE, new SecretKeySpec(key, "AES"),
            isGcm ? new GCMParameterSpec(128, value, 0, ivBytes) : new IvParameterSpec(value, 0, ivBytes));
        byte[] plain = cipher.doFinal(value, ivBytes, value.length - ivBytes);
        // The fragment is read where the declarations of its place hold.
        Map<String, String> declared = new HashMap<>();
        for (Node node = data.getParentNode(); node instanceof Element element; node = node.getParentNode()) {
            NamedNodeMap attributes = element.getAttributes();
            for (int index = 0; index < attributes.getLength(); index++) {
                Node attribute = attributes.item(index);
                if (XMLNS.equals(attribute.getNamespaceURI()))
                    declared.putIfAbsent(attribute.getNodeName(), attribute.getNodeValue());
            }
        }
        StringBuilder around = new StringBuilder("<w");
        declared.forEach((name, uri) -> around.append(' ').append(name).append("=\"").append(uri).append('"'));
        String text = around.append('>').append(new String(plain, StandardCharsets.UTF_8)).append("</w>").toString();
        Document fragment = builder.parse(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
        Node parent = data.getParentNode();
        for (Node child = fragment.getDocumentElement().getFirstChild(); child != null; child = child.getNextSibling())
            parent.insertBefore(data.getOwnerDocument().importNode(child, true), data);
        parent.removeChild(data);
    }

    private static byte[] cipherValue(Element of) {
        return Base64.getMimeDecoder().decode(of.getElementsByTagNameNS(XENC, "CipherValue").item(0).getTextContent());
    }

    private static void registerIds(Element element) {
        NamedNodeMap attributes = element.getAttributes();
        for (int index = 0; index < attributes.getLength(); index++) {
            Node attribute = attributes.item(index);
            if ("Id".equals(attribute.getLocalName()))
                element.setIdAttributeNode((org.w3c.dom.Attr) attribute, true);
        }
        for (Node child = element.getFirstChild(); child != null; child = child.getNextSibling())
            if (child instanceof Element each) registerIds(each);
    }

    private static byte[] optional(String name) throws Exception {
        Path path = Path.of(name);
        return Files.exists(path) ? Files.readAllBytes(path) : null;
    }

    private static byte[] pem(byte[] octets) {
        return Base64.getMimeDecoder().decode(new String(octets, StandardCharsets.US_ASCII).replaceAll("-----[A-Z ]+-----", ""));
    }
}
