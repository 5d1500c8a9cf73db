// A WCF peer: service and client, one executable, compiled against Microsoft's WCF. Cases are comma-separated words, see Usage().
using System;
using System.Collections.Generic;
using System.IdentityModel.Selectors;
using System.IdentityModel.Tokens;
using System.IO;
using System.Linq;
using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.ServiceModel;
using System.ServiceModel.Channels;
using System.ServiceModel.Description;
using System.ServiceModel.Dispatcher;
using System.ServiceModel.Security;
using System.ServiceModel.Security.Tokens;
using System.Text;
using System.Threading;

[ServiceContract(Namespace = "urn:parley:interop")]
public interface IEcho
{
    [OperationContract] string Echo(string text);
    [OperationContract(IsOneWay = false)] int Add(int a, int b);
}

[ServiceBehavior(IncludeExceptionDetailInFaults = true, AddressFilterMode = AddressFilterMode.Any)]
public class EchoService : IEcho
{
    public string Echo(string text) { return "echo: " + text; }
    public int Add(int a, int b) { return a + b; }
}

public class AnyUser : UserNamePasswordValidator
{
    public override void Validate(string u, string p)
    {
        if (u != "alice" || p != "correct horse") throw new SecurityTokenException("who?");
    }
}

// What a case says.
public class Case
{
    public string Name;
    HashSet<string> w;
    public Case(string name) { Name = name; w = new HashSet<string>(name.Split(',')); }
    public bool Has(string x) { return w.Contains(x); }
    public bool Tls { get { return Has("tls"); } }
    string Cred { get { return Has("cert") ? "cert" : Has("user") ? "user" : "none"; } }

    public Binding Binding()
    {
        Binding b = Has("cb") ? (Binding)Custom() : Standard();
        b.OpenTimeout = b.SendTimeout = b.ReceiveTimeout = TimeSpan.FromSeconds(20);
        b.CloseTimeout = TimeSpan.FromSeconds(6);
        return b;
    }

    SecurityAlgorithmSuite Suite()
    {
        var family = new[] { "Basic128", "Basic192", "TripleDes" }.FirstOrDefault(f => Has(f.ToLowerInvariant())) ?? "Basic256";
        var suite = family + (Has("sha256") ? "Sha256" : "") + (Has("rsa15") ? "Rsa15" : "");
        return (SecurityAlgorithmSuite)typeof(SecurityAlgorithmSuite).GetProperty(suite).GetValue(null, null);
    }

    Binding Standard()
    {
        var mode = Tls ? SecurityMode.TransportWithMessageCredential : SecurityMode.Message;
        WSHttpBinding b = Has("ws2007") ? new WS2007HttpBinding(mode) : new WSHttpBinding(mode);
        var m = b.Security.Message;
        m.ClientCredentialType = Cred == "cert" ? MessageCredentialType.Certificate : Cred == "user" ? MessageCredentialType.UserName : MessageCredentialType.None;
        m.NegotiateServiceCredential = Has("nego");
        m.EstablishSecurityContext = Has("sc");
        m.AlgorithmSuite = Suite();
        if (Has("rm")) { b.ReliableSession.Enabled = true; b.ReliableSession.Ordered = true; }
        return b;
    }

    MessageSecurityVersion Version()
    {
        if (Has("v13")) return MessageSecurityVersion.WSSecurity11WSTrust13WSSecureConversation13WSSecurityPolicy12BasicSecurityProfile10;
        if (Has("v13nobsp")) return MessageSecurityVersion.WSSecurity11WSTrust13WSSecureConversation13WSSecurityPolicy12;
        if (Has("v10bsp")) return MessageSecurityVersion.WSSecurity10WSTrustFebruary2005WSSecureConversationFebruary2005WSSecurityPolicy11BasicSecurityProfile10;
        if (Has("v05bsp")) return MessageSecurityVersion.WSSecurity11WSTrustFebruary2005WSSecureConversationFebruary2005WSSecurityPolicy11BasicSecurityProfile10;
        return MessageSecurityVersion.WSSecurity11WSTrustFebruary2005WSSecureConversationFebruary2005WSSecurityPolicy11;
    }

    SecurityBindingElement Bootstrap()
    {
        var v = Version();
        if (Has("usertls")) return SecurityBindingElement.CreateUserNameOverTransportBindingElement();
        if (Has("certtls")) return SecurityBindingElement.CreateCertificateOverTransportBindingElement(v);
        if (Has("mutual")) return SecurityBindingElement.CreateMutualCertificateBindingElement(v);
        if (Has("mutualduplex")) return SecurityBindingElement.CreateMutualCertificateDuplexBindingElement(v);
        if (Has("anon")) return SecurityBindingElement.CreateAnonymousForCertificateBindingElement();
        if (Has("user")) return SecurityBindingElement.CreateUserNameForCertificateBindingElement();
        if (Has("userssl")) return SecurityBindingElement.CreateUserNameForSslBindingElement(Has("cancel"));
        if (Has("ssl")) return SecurityBindingElement.CreateSslNegotiationBindingElement(Has("sslcert"), Has("cancel"));
        throw new Exception("no bootstrap in " + Name);
    }

    CustomBinding Custom()
    {
        var boot = Bootstrap();
        Tune(boot);
        SecurityBindingElement s = boot;
        if (Has("sc") || Has("cookie"))
        {
            s = SecurityBindingElement.CreateSecureConversationBindingElement(boot, !Has("cookie"));
            Tune(s);
        }
        if (Has("sym")) // messages in message mode, whose context a transport bootstrap issued
        {
            s = new SymmetricSecurityBindingElement(new SecureConversationSecurityTokenParameters(boot, true, null));
            Tune(s);
        }
        var sym = s as SymmetricSecurityBindingElement;
        if (sym != null)
        {
            if (Has("signonly-order")) sym.MessageProtectionOrder = MessageProtectionOrder.SignBeforeEncrypt;
            if (Has("encfirst")) sym.MessageProtectionOrder = MessageProtectionOrder.EncryptBeforeSign;
            if (Has("nodk")) sym.SetKeyDerivation(false);
        }
        var list = new List<BindingElement>();
        if (Has("rm"))
        {
            var reliable = new ReliableSessionBindingElement(true);
            if (Has("rm11")) reliable.ReliableMessagingVersion = ReliableMessagingVersion.WSReliableMessaging11;
            if (Has("idle")) reliable.InactivityTimeout = TimeSpan.FromSeconds(6);
            list.Add(reliable);
        }
        list.Add(s);
        var mv = Has("soap11") ? MessageVersion.Soap11WSAddressing10 : Has("wsa04") ? MessageVersion.Soap12WSAddressingAugust2004 : MessageVersion.Soap12WSAddressing10;
        list.Add(new TextMessageEncodingBindingElement(mv, Encoding.UTF8));
        bool tls = (Tls || Has("usertls") || Has("certtls")) && !Has("insecure");
        list.Add(tls ? new HttpsTransportBindingElement() : new HttpTransportBindingElement());
        return new CustomBinding(list);
    }

    void Tune(SecurityBindingElement s)
    {
        s.MessageSecurityVersion = Version();
        s.DefaultAlgorithmSuite = Suite();
        s.IncludeTimestamp = true;
        if (Has("insecure")) s.AllowInsecureTransport = true; // mixed mode over plain HTTP, for tests on the loopback
        if (Has("renew")) { s.LocalServiceSettings.SessionKeyRenewalInterval = TimeSpan.FromSeconds(20); s.LocalServiceSettings.SessionKeyRolloverInterval = TimeSpan.FromSeconds(10); s.LocalClientSettings.SessionKeyRenewalInterval = TimeSpan.FromSeconds(4); s.LocalClientSettings.SessionKeyRolloverInterval = TimeSpan.FromSeconds(2); }
        if (Has("nots")) s.IncludeTimestamp = false;
        if (Has("entropy-client")) s.KeyEntropyMode = SecurityKeyEntropyMode.ClientEntropy;
        if (Has("entropy-server")) s.KeyEntropyMode = SecurityKeyEntropyMode.ServerEntropy;
    }
}

public static class Program
{
    static string certs = Environment.GetEnvironmentVariable("PEER_CERTS") ?? "certs";
    static X509Certificate2 Pfx(string n) { return new X509Certificate2(Path.Combine(certs, n + ".pfx"), "password"); }
    static X509Certificate2 Cer(string n) { return new X509Certificate2(Path.Combine(certs, n + ".cer")); }

    static readonly List<ServiceHost> hosts = new List<ServiceHost>();

    static void Serve(Case c, string url)
    {
        var host = new ServiceHost(typeof(EchoService), new Uri(url));
        host.AddServiceEndpoint(typeof(IEcho), c.Binding(), url);
        var cred = new ServiceCredentials(); // Mono does not hand host.Credentials to the listeners; the behaviour it does
        host.Description.Behaviors.Remove<ServiceCredentials>();
        host.Description.Behaviors.Add(cred);
        cred.ServiceCertificate.Certificate = Pfx("server");
        cred.ClientCertificate.Authentication.CertificateValidationMode = X509CertificateValidationMode.None;
        cred.ClientCertificate.Authentication.RevocationMode = X509RevocationMode.NoCheck;
        cred.UserNameAuthentication.UserNamePasswordValidationMode = UserNamePasswordValidationMode.Custom;
        cred.UserNameAuthentication.CustomUserNamePasswordValidator = new AnyUser();
        var dbg = host.Description.Behaviors.Find<ServiceDebugBehavior>();
        if (dbg != null) { dbg.IncludeExceptionDetailInFaults = true; dbg.HttpHelpPageEnabled = false; dbg.HttpsHelpPageEnabled = false; }
        host.Faulted += (o, e) => Console.Error.WriteLine("host faulted");
        host.Open();
        hosts.Add(host);
    }

    static void Call(Case c, string url, int n)
    {
        var step = "create";
        try
        {
            var id = c.Has("dnsid") ? EndpointIdentity.CreateDnsIdentity("localhost") : EndpointIdentity.CreateX509CertificateIdentity(Cer("server"));
            var f = new ChannelFactory<IEcho>(c.Binding(), new EndpointAddress(new Uri(url), id));
            var cc = f.Credentials;
            cc.ServiceCertificate.Authentication.CertificateValidationMode = X509CertificateValidationMode.None;
            cc.ServiceCertificate.Authentication.RevocationMode = X509RevocationMode.NoCheck;
            if (!c.Has("nego") && !c.Has("ssl") && !c.Has("userssl")) cc.ServiceCertificate.DefaultCertificate = Cer("server");
            if (c.Has("cert") || c.Has("mutual") || c.Has("mutualduplex") || c.Has("certtls") || c.Has("sslcert")) cc.ClientCertificate.Certificate = Pfx("client");
            if (c.Has("user") || c.Has("usertls") || c.Has("userssl")) { cc.UserName.UserName = "alice"; cc.UserName.Password = "correct horse"; }
            var ch = f.CreateChannel();
            step = "open"; ((IClientChannel)ch).Open();
            for (int i = 0; i < n; i++)
            {
                step = "echo" + i;
                var r = ch.Echo("hello " + i + " <&> äöü");
                if (c.Has("renew")) Thread.Sleep(3000);
                if (c.Has("idle") && i == 0) Thread.Sleep(9000); // longer than a session lives that is not kept alive
                if (r != "echo: hello " + i + " <&> äöü") throw new Exception("wrong answer: " + r);
            }
            step = "add"; if (ch.Add(40, 2) != 42) throw new Exception("wrong sum");
            step = "close"; ((IClientChannel)ch).Close();
            step = "factory-close"; f.Close();
            Console.WriteLine("RESULT ok " + c.Name);
        }
        catch (Exception e)
        {
            Console.WriteLine("RESULT fail " + c.Name + " at " + step + ": " + Chain(e));
            if (Environment.GetEnvironmentVariable("PEER_TRACE") != null) Console.Error.WriteLine(e);
        }
    }

    static string Chain(Exception e)
    {
        var s = new StringBuilder();
        for (var x = e; x != null; x = x.InnerException)
        {
            s.Append(s.Length > 0 ? " <- " : "").Append(x.GetType().Name).Append(": ").Append(x.Message.Replace("\n", " ").Replace("\r", ""));
            var fe = x as FaultException<ExceptionDetail>;
            if (fe != null) for (var d = fe.Detail; d != null; d = d.InnerException) s.Append(" | detail ").Append(d.Type).Append(": ").Append(d.Message).Append(" @ ").Append((d.StackTrace ?? "").Split('\n').Take(5).Aggregate("", (a, b) => a + b.Trim() + "; "));
        }
        return s.ToString();
    }

    static void Usage()
    {
        Console.Error.WriteLine("Peer.exe serve CASE URL [CASE URL ...]   until standard input ends\nPeer.exe call CASE URL [CASE URL ...]    one after the other\n" +
            "CASE: ws|ws2007|cb with none|cert|user, nego, sc, rm, tls; cb with mutual|mutualduplex|anon|user|ssl|sslcert|userssl|usertls|certtls, sc|cookie, v05bsp|v13|v13nobsp|v10bsp, suites, soap11|wsa04, nodk, signonly-order|encfirst, idle");
    }

    public static int Main(string[] a)
    {
        if (a.Length < 3 || a.Length % 2 == 0) { Usage(); return 2; }
        ServicePointManager.ServerCertificateValidationCallback = (s, c, ch, e) => true;
        ServicePointManager.Expect100Continue = false;
        ServicePointManager.SecurityProtocol = SecurityProtocolType.Tls12;
        var cases = Enumerable.Range(0, a.Length / 2).Select(i => new { Case = new Case(a[2 * i + 1]), Url = a[2 * i + 2] }).ToList();
        switch (a[0])
        {
            case "serve":
                foreach (var each in cases)
                {
                    try { Serve(each.Case, each.Url); }
                    catch (Exception e) { Console.WriteLine("NOT SERVED " + each.Case.Name + ": " + Chain(e)); }
                }
                Console.WriteLine("READY " + cases.Count); Console.Out.Flush();
                while (Console.In.ReadLine() != null) { }
                return 0;
            case "call":
                foreach (var each in cases) Call(each.Case, each.Url, 3);
                return 0;
        }
        Usage(); return 2;
    }
}
