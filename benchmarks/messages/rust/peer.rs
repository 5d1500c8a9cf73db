//! Times bergshamra (XML Security in Rust) on one thread, on messages whose keys it is told: `peer open <count>`.
//! A message is decrypted and verified by two calls that each read it, because what the first gives is text. See
//! xmlsec.c for the files and the lines.
use bergshamra::keys::loader::{load_aes_key, load_hmac_key, load_x509_cert_pem};
use bergshamra::{decrypt, verify, DsigContext, EncContext, KeysManager};
use std::io::{BufRead, Write};
use std::time::{Duration, Instant};

struct Message {
    xml: String,
    verifying: DsigContext,
    decrypting: Option<EncContext>,
}

fn main() {
    let count: usize = std::env::args().nth(2).expect("a count").parse().expect("a number");
    let messages: Vec<Message> = (0..count).map(message).collect();
    for line in std::io::stdin().lock().lines() {
        let line = line.expect("a line");
        let answer = match line.split("\"ms\":").nth(1) {
            Some(rest) => {
                let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
                timed(&messages, Duration::from_millis(digits.parse().expect("milliseconds")))
            }
            None => {
                std::fs::write("out.xml", open(&messages[0])).expect("out.xml");
                "{}".to_owned()
            }
        };
        println!("{answer}");
        std::io::stdout().flush().expect("an open pipe");
    }
}

fn timed(messages: &[Message], span: Duration) -> String {
    let (began, cpu) = (Instant::now(), cpu_ns());
    let mut done = 0;
    while began.elapsed() < span {
        open(&messages[done % messages.len()]);
        done += 1;
    }
    let (wall, cpu) = (began.elapsed().as_nanos(), cpu_ns() - cpu);
    format!("{{\"messages\":{done},\"wallNs\":{wall},\"cpuNs\":{cpu}}}")
}

fn open(message: &Message) -> String {
    let mut text = message.xml.clone();
    if let Some(context) = &message.decrypting {
        while text.contains("EncryptedData>") {
            text = decrypt(context, &text).expect("a decryption");
        }
    }
    let verified = verify(&message.verifying, &text).expect("a verification");
    assert!(verified.all_reference_digests_verified(), "not valid: {verified:?}");
    text
}

fn message(index: usize) -> Message {
    let file = |suffix: &str| std::fs::read(format!("{index}.{suffix}")).ok();
    let mut signing = KeysManager::new();
    signing.add_key(match file("mac") {
        Some(key) => load_hmac_key(&key).expect("a key"),
        None => load_x509_cert_pem(&std::fs::read("alice.pem").expect("alice.pem")).expect("a certificate"),
    });
    let mut verifying = DsigContext::new_permissive(signing);
    verifying.trusted_keys_only = true;
    let decrypting = file("enc").map(|key| {
        let mut keys = KeysManager::new();
        keys.add_key(load_aes_key(&key).expect("a key"));
        EncContext::new(keys)
    });
    let xml = String::from_utf8(file("xml").expect("a message")).expect("UTF-8");
    Message { xml, verifying, decrypting }
}

/// What the process has spent on a CPU, of /proc/self/stat, in ticks of 10 ms.
fn cpu_ns() -> u64 {
    let stat = std::fs::read_to_string("/proc/self/stat").expect("/proc");
    let fields: Vec<&str> = stat.rsplit(") ").next().expect("fields").split(' ').collect();
    let ticks: u64 = fields[11].parse::<u64>().expect("ticks") + fields[12].parse::<u64>().expect("ticks");
    ticks * 10_000_000
}
