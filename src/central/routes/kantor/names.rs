//! Whom an entry speaks of. The journal keeps random ids only; who may read it is shown the names that
//! they have today.

use maud::{Markup, html};

use super::Work;
use crate::central::batch::batch_name;
use crate::central::{App, CentralError, clients, commands::CONSOLE, fleet, registry};
use crate::lang::Lang;

/// Who did something, in words.
pub async fn actor(app: &App, id: &str, lang: Lang) -> Result<String, CentralError> {
    if id == CONSOLE {
        return Ok(lang.pick("Konsol server", "The server's console").to_owned());
    }
    if let Some(name) = registry::name_of(&app.office.store, id).await? {
        return Ok(name);
    }
    if let Some(name) = fleet::name_of(&app.office, id).await? {
        return Ok(name);
    }
    if let Some(name) = clients::name_of(&app.office, id).await? {
        return Ok(name);
    }
    // Whoever approved it beforehand stands in the line of the batch.
    let beforehand = match id.strip_prefix("batch ") {
        Some(batch) => batch_name(&app.office, batch).await?,
        None => None,
    };
    if let Some(name) = beforehand {
        return Ok(match lang {
            Lang::Id => format!("Disetujui di muka: {name}"),
            Lang::En => format!("Approved beforehand: {name}"),
        });
    }
    Ok(match id {
        "page" | "phone" | "nobody" => lang.pick("Seseorang di ponsel", "Somebody on a phone").to_owned(),
        other => other.to_owned(),
    })
}

/// Whom or what something was done to, with the way there. What has no name here keeps its number.
pub async fn subject(app: &App, work: &Work, id: &str) -> Result<Markup, CentralError> {
    if let Some(name) = registry::name_of(&app.office.store, id).await? {
        return Ok(html! { a href=(work.link(&format!("/kantor/orang/{id}"))) { (name) } });
    }
    let mut name = fleet::name_of(&app.office, id).await?;
    if name.is_none() {
        name = clients::name_of(&app.office, id).await?;
    }
    if name.is_none() {
        name = batch_name(&app.office, id).await?;
    }
    Ok(html! { @if let Some(name) = name { (name) " " } span.quiet { (id) } })
}
