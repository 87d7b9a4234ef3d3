//! Compiles the station's screens; nothing where the feature `station` is off.

fn main() {
    #[cfg(feature = "station")]
    screens();
}

#[cfg(feature = "station")]
fn screens() {
    use slint_build::{CompilerConfiguration, DefaultTranslationContext, EmbedResourcesKind};

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
}
