//! An issuing key on a PKCS#11 token: SoftHSM2 from its Debian package.

use std::path::PathBuf;
use std::process::Command;

use cryptoki::context::Pkcs11;
use cryptoki::object::{Attribute, AttributeType, ObjectClass};
use cryptoki::session::UserType;
use cryptoki::types::AuthPin;
use huzheng::app::keyring::KeyPlace;
use huzheng::proof::keys::Purpose;

use super::{is, key_files, restarted, verdict};
use crate::certificates::issue;
use crate::support::World;
use crate::support::databases::Kind;
use crate::support::passed::{certify_on, passed};

const MODULE: &str = "/usr/lib/softhsm/libsofthsm2.so";
const TOKEN_FOLDER: &str = "HUZHENG_TEST_TOKEN";

/// SoftHSM2 reads its configuration from the environment, once: a process of its own, with a token of its own.
#[test]
fn a_token_keeps_the_issuing_key() {
    let folder = tempfile::tempdir().expect("a folder");
    let tokens = folder.path().join("tokens");
    std::fs::create_dir(&tokens).expect("made");
    let settings = folder.path().join("softhsm2.conf");
    std::fs::write(&settings, format!("directories.tokendir = {}\n", tokens.display())).expect("written");
    let init =
        ["--init-token", "--free", "--label", "huzheng test", "--so-pin", "12345678", "--pin", "87654321"];
    let made = Command::new("softhsm2-util").args(init).env("SOFTHSM2_CONF", &settings).output();
    let made = made.expect("`make setup` installs softhsm2");
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let ran = Command::new(std::env::current_exe().expect("this binary"))
        .args(["--exact", "keys::token::with_a_token", "--ignored", "--nocapture"])
        .env("SOFTHSM2_CONF", &settings)
        .env(TOKEN_FOLDER, folder.path())
        .output()
        .expect("runs");
    let said = String::from_utf8_lossy(&[ran.stdout, ran.stderr].concat()).into_owned();
    assert!(ran.status.success() && said.contains("1 passed"), "{said}");
}

#[test]
#[ignore = "a_token_keeps_the_issuing_key makes the token and runs it"]
fn with_a_token() {
    let folder = PathBuf::from(std::env::var_os(TOKEN_FOLDER).expect("a token's folder"));
    let pin = folder.join("pin");
    std::fs::write(&pin, "00000000\n").expect("written");
    let world = World::with(Kind::Sqlite, |config| {
        config.pkcs11_module = Some(MODULE.into());
        config.pkcs11_token = Some("huzheng test".to_owned());
        config.pkcs11_pin_file = Some(pin.clone());
    });
    let make = || world.app.keyring.make(Purpose::Issuing, None, KeyPlace::Token);
    let error = make().expect_err("a wrong PIN").to_string();
    assert!(error.contains("PIN"), "{error}");
    std::fs::write(&pin, "87654321\n").expect("written");
    certify_on(&world, None, KeyPlace::Token);
    assert!(key_files(world.folder(), "issuing-").is_empty(), "the key is on the token alone");

    let made = issue(&world, passed(&world, 1)).expect(201);
    is(verdict(&world, made["qr_content"].as_str().expect("content")), "valid", "ok");
    check_not_extractable();

    // Pulled out in the midst of issuing: the number stays, and the same call goes on when the token is back.
    let (tokens, away) = (folder.join("tokens"), folder.join("away"));
    std::fs::rename(&tokens, &away).expect("pulled out");
    let application = passed(&world, 2);
    assert_eq!(issue(&world, application).conflict(), "issuing-key-out-of-reach");
    let waiting = world.get("bureau", "/api/v1/certificate-numbers?state=reserved").expect(200);
    assert_eq!(waiting.as_array().map(Vec::len), Some(1), "{waiting}");
    std::fs::rename(&away, &tokens).expect("put in again");
    let issued = issue(&world, application).expect(201);
    assert_eq!(issued["number"], waiting[0]["number"]);
    // Another process finds the key by its id.
    let app = restarted(&world).expect("starts");
    let trust = app.trust.current();
    let certified = trust.list.issuing(&super::body(&world).parse().expect("a body")).expect("a key");
    let signer = app.keyring.signer(certified).expect("on the token");
    assert!(
        signer.sign(b"probe").is_ok_and(|signature| certified.public_key.has_signed(b"probe", &signature))
    );
}

/// The private half can't be read by whoever has the PIN.
fn check_not_extractable() {
    let library = Pkcs11::new(MODULE).expect("loaded and initialised by the registry");
    let slots = library.get_slots_with_initialized_token().expect("slots");
    let session = library.open_ro_session(slots[0]).expect("a session");
    drop(session.login(UserType::User, Some(&AuthPin::from("87654321"))));
    let found = session.find_objects(&[Attribute::Class(ObjectClass::PRIVATE_KEY)]).expect("objects");
    assert_eq!(found.len(), 1);
    let kinds = [AttributeType::Extractable, AttributeType::Sensitive, AttributeType::Value];
    let known = session.get_attributes(found[0], &kinds).expect("attributes");
    assert_eq!(known, [Attribute::Extractable(false), Attribute::Sensitive(true)]);
}
