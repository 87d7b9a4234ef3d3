//! Configuration by environment, over the file: `ANJUNGAN_CENTRAL_LISTEN`, and for a key in a table
//! `ANJUNGAN_CENTRAL_ISSUER__NAME`. What the key holds decides how the text is read: a text as it is, anything
//! else as it would stand in the file.

use toml::{Table, Value};

use super::{CentralConfig, CentralError};

const PREFIX: &str = "ANJUNGAN_CENTRAL_";
/// Names a file, and is the command line's.
const FILE: &str = "ANJUNGAN_CENTRAL_CONFIG";

/// The variables that [`over`] takes, by name.
pub fn set_names(variables: impl Iterator<Item = (String, String)>) -> Vec<String> {
    let mut names: Vec<String> =
        variables.map(|(name, _)| name).filter(|name| name.starts_with(PREFIX) && name != FILE).collect();
    names.sort();
    names
}

/// The configuration with what the environment says over it.
pub fn over(
    config: CentralConfig,
    variables: impl Iterator<Item = (String, String)>,
) -> Result<CentralConfig, CentralError> {
    let mut set: Vec<(String, String)> =
        variables.filter(|(name, _)| name.starts_with(PREFIX) && name != FILE).collect();
    if set.is_empty() {
        return Ok(config);
    }
    set.sort();
    let unreadable = |e: String| CentralError::Config(format!("the environment: {e}"));
    let mut table = Table::try_from(&config).map_err(|e| unreadable(e.to_string()))?;
    for (name, text) in set {
        let path = name[PREFIX.len()..].to_ascii_lowercase();
        put(&mut table, &path, text).map_err(|e| CentralError::Config(format!("{name}: {e}")))?;
        // One at a time: a mistake is told with the name of its variable and not with its value, which
        // may be a secret.
        let read: Result<CentralConfig, _> = Value::Table(table.clone()).try_into();
        read.map_err(|e: toml::de::Error| {
            let message = e.message().lines().next().unwrap_or_default().to_owned();
            let message =
                if message.contains("unknown field") { "there is no such key".into() } else { message };
            CentralError::Config(format!("{name}: {message}"))
        })?;
    }
    let data = table.remove("data");
    let mut over: CentralConfig =
        Value::Table(table).try_into().map_err(|e: toml::de::Error| unreadable(e.message().to_owned()))?;
    // The folder is not written into files, so it does not come back by itself.
    over.data = data.and_then(|data| data.as_str().map(Into::into)).unwrap_or(config.data);
    Ok(over)
}

fn put(table: &mut Table, path: &str, text: String) -> Result<(), String> {
    let (table, key) = match path.split_once("__") {
        None => (table, path),
        Some((inner, key)) => {
            let inner = table.entry(inner).or_insert_with(|| Value::Table(Table::new()));
            (inner.as_table_mut().ok_or("there is no such key")?, key)
        }
    };
    let value = match table.get(key) {
        // A key that may be absent holds a text or a path in every case but lists.
        None | Some(Value::String(_)) => Value::String(text),
        Some(_) => {
            let mut read: Table = toml::from_str(&format!("v = {text}"))
                .map_err(|_| "not of the form that it has in the file")?;
            read.remove("v").filter(|_| read.is_empty()).ok_or("not of the form that it has in the file")?
        }
    };
    table.insert(key.to_owned(), value);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(variables: &[(&str, &str)]) -> Result<CentralConfig, String> {
        let variables = variables.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned()));
        over(CentralConfig::example(), variables).map_err(|e| e.to_string())
    }

    #[test]
    fn the_environment_goes_over_the_file() {
        let config = with(&[
            ("ANJUNGAN_CENTRAL_LISTEN", "[::]:443"),
            ("ANJUNGAN_CENTRAL_DATA", "/srv/anjungan"),
            ("ANJUNGAN_CENTRAL_ISSUER__ID", "7301"),
            ("ANJUNGAN_CENTRAL_ISSUER__BODIES", "[\"Pemkab Contoh\", \"Kota\"]"),
            ("ANJUNGAN_CENTRAL_KEYS__SIGNING_DAYS", "60"),
            ("ANJUNGAN_CENTRAL_KEYS__PASSPHRASE_FILE", "/run/secret"),
            ("ANJUNGAN_CENTRAL_PROXIES", "[\"10.0.0.1\"]"),
            ("ANJUNGAN_CENTRAL_CONFIG", "/etc/x.toml"),
            ("PATH", "/bin"),
        ])
        .unwrap();
        assert_eq!((config.listen.as_str(), config.issuer.id.as_str()), ("[::]:443", "7301"));
        assert_eq!((config.issuer.bodies.len(), config.keys.signing_days), (2, 60));
        assert_eq!(config.keys.passphrase_file.as_deref(), Some("/run/secret".as_ref()));
        assert_eq!((config.proxies.len(), config.data.to_str()), (1, Some("/srv/anjungan")));
        assert_eq!(config.host, CentralConfig::example().host, "what is not set stays");
    }

    #[test]
    fn a_mistake_is_told_with_its_variable_and_without_its_value() {
        for (name, text) in [
            ("ANJUNGAN_CENTRAL_LISTENS", "rahasia"),
            ("ANJUNGAN_CENTRAL_ISSUER__NOMOR", "rahasia"),
            ("ANJUNGAN_CENTRAL_KEYS__SIGNING_DAYS", "rahasia"),
            ("ANJUNGAN_CENTRAL_KEYS__SIGNING_DAYS", "1\nlisten = \"x\""),
            ("ANJUNGAN_CENTRAL_LISTEN__X", "rahasia"),
        ] {
            let told = with(&[(name, text)]).unwrap_err();
            assert!(told.contains(name) && !told.contains("rahasia"), "{told}");
        }
    }
}
