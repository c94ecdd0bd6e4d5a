//! Hands credentials to the crate `ssi`.
//!
//!     ssi-peer verify FOLDER     what it accepts of FOLDER/rdfc, as JSON
//!     ssi-peer bench FOLDER      credentials a second: FOLDER/rdfc/good-1 verified, and signed anew, as JSON
//!
//! FOLDER has did.json, contexts.json (context documents by address) and, to sign, jwk.json with a private key.

use std::collections::HashMap;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use futures::executor::block_on;
use serde::Serialize;
use serde_json::Value;
use ssi::claims::VerificationParameters;
use ssi::claims::data_integrity::{AnySuite, CryptographicSuite, DataIntegrity, ProofOptions};
use ssi::claims::vc::v2::JsonCredential;
use ssi::dids::{DIDResolver, StaticDIDResolver, VerificationMethodDIDResolver, resolution::Output};
use ssi::json_ld::ContextLoader;
use ssi::jwk::JWK;
use ssi::verification_methods::{AnyMethod, SingleSecretSigner};

type Failure = Box<dyn std::error::Error>;
type Resolver = VerificationMethodDIDResolver<StaticDIDResolver, AnyMethod>;
type Signed = DataIntegrity<JsonCredential, AnySuite>;

/// How long each figure is measured.
const TURN: Duration = Duration::from_secs(2);

#[derive(Default, Serialize)]
struct Judged {
    accepted: usize,
    refused: usize,
    wrong: Vec<String>,
}

fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().collect();
    let (Some(command), Some(folder)) = (arguments.get(1), arguments.get(2)) else {
        return Err("ssi-peer verify|bench FOLDER".into());
    };
    let folder = Path::new(folder);
    let answer = match command.as_str() {
        "verify" => serde_json::json!({ "rdfc ssi": judge(folder)? }),
        "bench" => bench(folder)?,
        other => return Err(format!("unknown command {other}").into()),
    };
    println!("{answer}");
    Ok(())
}

fn judge(folder: &Path) -> Result<Judged, Failure> {
    let (resolver, loader) = (resolver(folder)?, loader(folder)?);
    let mut judged = Judged::default();
    for entry in fs::read_dir(folder.join("rdfc"))? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let found = verify(&fs::read_to_string(entry.path())?, &resolver, &loader);
        *(if found.is_ok() { &mut judged.accepted } else { &mut judged.refused }) += 1;
        if found.is_ok() != name.starts_with("good-") {
            judged.wrong.push(format!("{name}: {found:?}"));
        }
    }
    Ok(judged)
}

fn verify(text: &str, resolver: &Resolver, loader: &ContextLoader) -> Result<(), String> {
    let signed: Signed = ssi::claims::data_integrity::from_json_str(text).map_err(|error| error.to_string())?;
    let parameters = VerificationParameters::from_resolver(resolver).with_json_ld_loader(loader);
    block_on(signed.verify(parameters)).map_err(|error| error.to_string())?.map_err(|error| error.to_string())
}

fn bench(folder: &Path) -> Result<Value, Failure> {
    let (resolver, loader) = (resolver(folder)?, loader(folder)?);
    let text = fs::read_to_string(folder.join("rdfc/good-1"))?;
    let verified = rate(|| verify(&text, &resolver, &loader))?;

    let mut document: Value = serde_json::from_str(&text)?;
    let proof = document["proof"][0].take();
    document.as_object_mut().ok_or("no object")?.remove("proof");
    let jwk: JWK = serde_json::from_slice(&fs::read(folder.join("jwk.json"))?)?;
    let signer = SingleSecretSigner::new(jwk).into_local();
    let method: ssi::verification_methods::ReferenceOrOwned<AnyMethod> =
        serde_json::from_value(proof["verificationMethod"].clone())?;
    let unsigned = document.to_string();
    let signed = rate(|| {
        let credential: JsonCredential = serde_json::from_str(&unsigned).map_err(|error| error.to_string())?;
        let options = ProofOptions::from_method_and_options(method.clone(), Default::default());
        let environment = ssi::claims::SignatureEnvironment {
            json_ld_loader: &loader,
            eip712_loader: (),
        };
        let signing = AnySuite::EdDsaRdfc2022.sign_with(
            environment,
            credential,
            &resolver,
            &signer,
            options,
            Default::default(),
        );
        let signed = block_on(signing).map_err(|error| error.to_string())?;
        serde_json::to_string(&signed).map(drop).map_err(|error| error.to_string())
    })?;
    Ok(serde_json::json!({ "verify": verified, "issue": signed }))
}

/// Calls a second.
fn rate(mut call: impl FnMut() -> Result<(), String>) -> Result<f64, Failure> {
    call()?;
    let (start, mut calls) = (Instant::now(), 0.0);
    while start.elapsed() < TURN {
        call()?;
        calls += 1.0;
    }
    Ok(calls / start.elapsed().as_secs_f64())
}

fn resolver(folder: &Path) -> Result<Resolver, Failure> {
    let document: Value = serde_json::from_slice(&fs::read(folder.join("did.json"))?)?;
    let did = document["id"].as_str().ok_or("a DID document without its id")?;
    let output = Output::from_content(document.to_string().into_bytes(), Some("application/did+json".to_owned()));
    let mut resolver = StaticDIDResolver::new();
    resolver.insert(did.parse().map_err(|_| "not a DID")?, output);
    Ok(resolver.into_vm_resolver())
}

fn loader(folder: &Path) -> Result<ContextLoader, Failure> {
    let contexts: HashMap<String, Value> = serde_json::from_slice(&fs::read(folder.join("contexts.json"))?)?;
    let contexts = contexts.into_iter().map(|(address, document)| (address, document.to_string())).collect();
    Ok(ContextLoader::default().with_context_map_from(contexts)?)
}
