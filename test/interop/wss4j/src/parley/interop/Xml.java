package parley.interop;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.util.Base64;
import javax.xml.parsers.DocumentBuilder;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.transform.OutputKeys;
import javax.xml.transform.Transformer;
import javax.xml.transform.TransformerFactory;
import javax.xml.transform.dom.DOMSource;
import javax.xml.transform.stream.StreamResult;
import org.apache.xml.security.c14n.Canonicalizer;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

/** Documents as octets, and octets as Base64. For one thread. */
final class Xml {
  private static final DocumentBuilder PARSER = parser();
  private static final Transformer IDENTITY = identity();

  private Xml() {}

  static byte[] octets(String base64) {
    return Base64.getDecoder().decode(base64);
  }

  static String base64(byte[] octets) {
    return Base64.getEncoder().encodeToString(octets);
  }

  static Document empty() {
    return PARSER.newDocument();
  }

  static Document parse(byte[] octets) throws Exception {
    return PARSER.parse(new ByteArrayInputStream(octets));
  }

  static byte[] serialise(Document document) throws Exception {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    IDENTITY.transform(new DOMSource(document), new StreamResult(out));
    return out.toByteArray();
  }

  /** Exclusive C14N of an element. */
  private static byte[] canonical(Element element) throws Exception {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    Canonicalizer.getInstance(Canonicalizer.ALGO_ID_C14N_EXCL_OMIT_COMMENTS).canonicalizeSubtree(element, out);
    return out.toByteArray();
  }

  /** The one element in soap:Body, canonical, as Base64. */
  static String payload(Document document) throws Exception {
    Element envelope = document.getDocumentElement();
    Element body = (Element) envelope.getElementsByTagNameNS(envelope.getNamespaceURI(), "Body").item(0);
    return base64(canonical((Element) body.getFirstChild()));
  }

  private static DocumentBuilder parser() {
    try {
      DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
      factory.setNamespaceAware(true);
      factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
      // Quicker for what is read whole.
      factory.setFeature("http://apache.org/xml/features/dom/defer-node-expansion", false);
      return factory.newDocumentBuilder();
    } catch (Exception error) {
      throw new IllegalStateException(error);
    }
  }

  private static Transformer identity() {
    try {
      Transformer identity = TransformerFactory.newInstance().newTransformer();
      identity.setOutputProperty(OutputKeys.OMIT_XML_DECLARATION, "yes");
      return identity;
    } catch (Exception error) {
      throw new IllegalStateException(error);
    }
  }
}
