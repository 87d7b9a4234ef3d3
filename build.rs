//! Compiles the station's screens; nothing where the feature `station` is off.

fn main() {
    #[cfg(feature = "station")]
    screens();
}

#[cfg(feature = "station")]
fn screens() {
    use slint_build::{CompilerConfiguration, DefaultTranslationContext, EmbedResourcesKind};

    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=ui");
    println!("cargo::rerun-if-changed=assets/icons");
    let config = CompilerConfiguration::new()
        .with_style("fluent-light".into())
        .embed_resources(EmbedResourcesKind::EmbedFiles)
        .with_bundled_translations("ui/lang")
        .with_default_translation_context(DefaultTranslationContext::None)
        // The finger finds what it touches by accessible label; that needs the element tree.
        .with_debug_info(true);
    if let Err(error) = slint_build::compile_with_config("ui/app.slint", config) {
        eprintln!("{error}");
        std::process::exit(1);
    }
    let data = std::fs::read_to_string("ui/data.slint").expect("ui/data.slint was compiled a moment ago");
    let out = std::path::Path::new(&std::env::var("OUT_DIR").expect("cargo sets it")).join("window_state.rs");
    std::fs::write(&out, window_state(&data)).unwrap_or_else(|error| panic!("{}: {error}", out.display()));
}

/// A function that reads every property of every view, written from `ui/data.slint` itself: a
/// property that somebody adds tomorrow is in it, and what it keeps of a person is found.
#[cfg(feature = "station")]
fn window_state(data: &str) -> String {
    use std::fmt::Write as _;

    let mut code = String::from(
        "#[allow(clippy::all, clippy::pedantic, reason = \"written by build.rs\")]\npub fn window_state(app: &App) -> Vec<(&'static str, String)> {\n    let mut all = Vec::new();\n",
    );
    let mut global = None;
    for line in data.lines() {
        if let Some(name) = line.strip_prefix("export global ") {
            global = name.split_whitespace().next();
        } else if line == "}" {
            global = None;
        }
        let (Some(global), Some(end)) = (global, line.find("property <")) else { continue };
        // A property without in or out belongs to its view alone.
        if line[..end].trim().is_empty() {
            continue;
        }
        let rest = &line[end + "property <".len()..];
        let Some((kind, rest)) = rest.split_once('>') else { continue };
        let name = rest.trim_start().split([':', ';', ' ']).next().unwrap_or_default();
        let getter = format!("app.global::<{global}>().get_{}()", name.replace('-', "_"));
        let value = match kind {
            "image" => format!(
                "{{ let size = {getter}.size(); format!(\"image {{}}x{{}}\", size.width, size.height) }}"
            ),
            list if list.starts_with('[') => {
                format!("format!(\"{{:?}}\", slint::Model::iter(&{getter}).collect::<Vec<_>>())")
            }
            _ => format!("format!(\"{{:?}}\", {getter})"),
        };
        writeln!(code, "    all.push((\"{global}.{name}\", {value}));").expect("a string takes everything");
    }
    code.push_str("    all\n}\n");
    code
}
