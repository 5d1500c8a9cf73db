using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Security.Cryptography.Xml;
using System.Text.RegularExpressions;
using System.Xml;

/// <summary>
/// Times System.Security.Cryptography.Xml as Mono has it on one thread, on messages whose keys it is told: <c>Peer.exe open COUNT</c>.
/// It is what .NET programs without WCF use; WCF has a reader of its own. See xmlsec.c for the files and the lines.
/// </summary>
public static class Peer {
    const string Xenc = "http://www.w3.org/2001/04/xmlenc#";
    const string Dsig = "http://www.w3.org/2000/09/xmldsig#";

    sealed class Message { public byte[] Xml, Mac, Enc; }

    /// <summary>Finds wsu:Id, too.</summary>
    sealed class Signed : SignedXml {
        readonly Dictionary<string, XmlElement> ids = new Dictionary<string, XmlElement>();

        public Signed(XmlDocument document) : base(document) { Collect(document.DocumentElement); }

        public override XmlElement GetIdElement(XmlDocument document, string id) {
            XmlElement found;
            return ids.TryGetValue(id, out found) ? found : null;
        }

        void Collect(XmlElement element) {
            foreach (XmlAttribute attribute in element.Attributes)
                if (attribute.LocalName == "Id") ids[attribute.Value] = element;
            foreach (XmlNode child in element.ChildNodes)
                if (child is XmlElement) Collect((XmlElement)child);
        }
    }

    static AsymmetricAlgorithm alice;

    public static void Main(string[] words) {
        var messages = new Message[int.Parse(words[1])];
        for (int index = 0; index < messages.Length; index++)
            messages[index] = new Message { Xml = Optional(index + ".xml"), Mac = Optional(index + ".mac"), Enc = Optional(index + ".enc") };
        if (File.Exists("alice.pem")) alice = new X509Certificate2("alice.pem").PublicKey.Key;
        for (string line = Console.ReadLine(); line != null; line = Console.ReadLine()) {
            var asked = Regex.Match(line, "\"ms\":(\\d+)");
            if (asked.Success) {
                Console.WriteLine(Timed(messages, long.Parse(asked.Groups[1].Value)));
            } else {
                Open(messages[0]).Save("out.xml");
                Console.WriteLine("{}");
            }
        }
    }

    static string Timed(Message[] messages, long spanMs) {
        var watch = Stopwatch.StartNew();
        var cpu = Process.GetCurrentProcess().TotalProcessorTime;
        int done = 0;
        while (watch.ElapsedMilliseconds < spanMs) Open(messages[done++ % messages.Length]);
        var spent = Process.GetCurrentProcess().TotalProcessorTime - cpu;
        return "{\"messages\":" + done + ",\"wallNs\":" + watch.Elapsed.Ticks * 100 + ",\"cpuNs\":" + spent.Ticks * 100 + "}";
    }

    static XmlDocument Open(Message message) {
        var document = new XmlDocument { PreserveWhitespace = true, XmlResolver = null };
        document.Load(new MemoryStream(message.Xml));
        if (message.Enc != null) {
            using (var aes = new RijndaelManaged { Key = message.Enc, Mode = CipherMode.CBC, Padding = PaddingMode.ISO10126 }) {
                var encrypted = document.GetElementsByTagName("EncryptedData", Xenc);
                while (encrypted.Count > 0) Decrypt(document, (XmlElement)encrypted[0], aes);
            }
        }
        var signed = new Signed(document);
        signed.LoadXml((XmlElement)document.GetElementsByTagName("Signature", Dsig)[0]);
        bool isValid = message.Mac == null ? signed.CheckSignature(alice) : signed.CheckSignature(new HMACSHA1(message.Mac));
        if (!isValid) throw new CryptographicException("not valid");
        return document;
    }

    static void Decrypt(XmlDocument document, XmlElement element, SymmetricAlgorithm aes) {
        var data = new EncryptedData();
        data.LoadXml(element);
        var xml = new EncryptedXml(document);
        xml.ReplaceData(element, xml.DecryptData(data, aes));
    }

    static byte[] Optional(string name) { return File.Exists(name) ? File.ReadAllBytes(name) : null; }
}
