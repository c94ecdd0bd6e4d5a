use crate::cli::{Failure, Output, load_config};
use crate::http::openapi::document;

pub fn openapi() -> Result<(), Failure> {
    println!("{}", serde_json::to_string_pretty(&document()).map_err(|e| Failure::Failed(e.to_string()))?);
    Ok(())
}

/// The effective configuration. A database address may hold a password and a mail server's too.
pub fn config(output: Output) -> Result<(), Failure> {
    let config = load_config()?;
    let hidden = |value: &Option<String>| {
        value.as_ref().map(|url| match url.split_once("://") {
            Some((scheme, rest)) => {
                let host = rest.rsplit_once('@').map_or(rest, |(_, host)| host);
                if rest.contains('@') { format!("{scheme}://(hidden)@{host}") } else { url.clone() }
            }
            None => url.clone(),
        })
    };
    let shown = serde_json::json!({
        "listen": config.listen,
        "public_url": config.public_url(),
        "data_dir": config.data_dir,
        "database_url": hidden(&config.database_url).unwrap_or_else(|| "sqlite (in the data folder)".to_owned()),
        "key_passphrase_file": config.key_passphrase_file,
        "pkcs11_module": config.pkcs11_module,
        "pkcs11_token": config.pkcs11_token,
        "pkcs11_pin_file": config.pkcs11_pin_file,
        "smtp_url": hidden(&config.smtp_url),
        "mail_from": config.mail_from,
        "metrics_listen": config.metrics_listen,
        "area": config.area,
        "owner": config.owner,
        "environment": config.environment,
        "font_dirs": config.font_dirs,
        "status_lifetime": config.status_lifetime,
        "database_connections": config.database_connections,
        "former_hosts": config.former_hosts,
    });
    match (output, shown.as_object()) {
        (Output::Words, Some(settings)) => {
            for (name, value) in settings {
                println!("{name} = {value}");
            }
        }
        _ => println!("{shown}"),
    }
    Ok(())
}
