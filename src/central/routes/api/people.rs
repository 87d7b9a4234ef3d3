//! People: found, listed, put in, and their status.

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use jiff::ToSpan as _;

use super::access::{Body, Fault, FaultCode, Named, Reader, Refused, Writer};
use super::shapes::{ChangeStatus, FindPerson, People, Person, PersonData, PutChange, PutPerson};
use crate::central::App;
use crate::central::registry::{self, By, Change};
use crate::central::routes::answer::{Json, parameter};
use crate::central::storage::audit;
use crate::person::Nip;

/// Everybody, page by page.
#[utoipa::path(
    get, path = "/people", tag = "people",
    params(
        ("after" = Option<String>, Query, description = "`next` of the page before"),
        ("limit" = Option<u32>, Query, description = "People on a page", minimum = 1, maximum = 500)
    ),
    responses(
        (status = 200, body = People), (status = 400, body = Fault), (status = 401, body = Fault),
        (status = 429, body = Fault)
    )
)]
pub async fn list(
    State(app): State<Arc<App>>,
    Reader(client): Reader,
    RawQuery(query): RawQuery,
) -> Result<Json<People>, Refused> {
    let bad = |what: &str| Refused::new(FaultCode::Malformed, what);
    let query = query.as_deref();
    let after = parameter(query, "after").unwrap_or_default();
    if after.len() > 32 || !after.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Err(bad("after: not the next of a page"));
    }
    let limit = match parameter(query, "limit") {
        None => 100,
        Some(text) => text
            .parse()
            .ok()
            .filter(|limit| (1..=500).contains(limit))
            .ok_or_else(|| bad("limit: 1 to 500"))?,
    };
    let listed = registry::listed(&app.office.store, after, limit).await?;
    let next =
        (listed.len() as i64 == limit).then(|| listed.last().map(|last| last.record.clone())).flatten();
    noted(&app, &client.id, "api-list", after).await?;
    Ok(Json(People { people: listed.into_iter().map(Person::from).collect(), next }))
}

/// Who has this NIP.
#[utoipa::path(
    post, path = "/people/find", tag = "people", request_body = FindPerson,
    responses(
        (status = 200, body = Person), (status = 400, body = Fault), (status = 401, body = Fault),
        (status = 404, body = Fault), (status = 422, body = Fault), (status = 429, body = Fault)
    )
)]
pub async fn find(
    State(app): State<Arc<App>>,
    Reader(client): Reader,
    Body(asked): Body<FindPerson>,
) -> Result<Json<Person>, Refused> {
    let nip = Nip::parse(&asked.nip).map_err(|e| Refused::new(FaultCode::Invalid, format!("nip: {e}")))?;
    shown(&app, &client.id, nip).await
}

/// The person with this record.
#[utoipa::path(
    get, path = "/people/{record}", tag = "people",
    params(("record" = String, Path, description = "Of a person")),
    responses(
        (status = 200, body = Person), (status = 401, body = Fault), (status = 404, body = Fault),
        (status = 429, body = Fault)
    )
)]
pub async fn read(
    State(app): State<Arc<App>>,
    Reader(client): Reader,
    Named(record): Named,
) -> Result<Json<Person>, Refused> {
    let nip = registry::by_record(&app.office.store, &record).await?.ok_or_else(Refused::nobody)?;
    shown(&app, &client.id, nip).await
}

/// Puts somebody in, or over what was known by that NIP.
#[utoipa::path(
    put, path = "/people", tag = "people", request_body = PersonData,
    responses(
        (status = 200, body = PutPerson), (status = 400, body = Fault), (status = 401, body = Fault),
        (status = 403, body = Fault), (status = 422, body = Fault), (status = 429, body = Fault)
    )
)]
pub async fn put(
    State(app): State<Arc<App>>,
    Writer(client): Writer,
    Body(asked): Body<PersonData>,
) -> Result<Json<PutPerson>, Refused> {
    let office = &app.office;
    let person = asked
        .employee(&registry::rules(office))
        .map_err(|e| Refused::new(FaultCode::Invalid, e.to_string()))?;
    let by = By { actor: &client.id, way: "api" };
    let mut tx = office.store.write().await?;
    let before = registry::in_tx(&mut tx, person.nip).await?;
    let change = match registry::put(office, &mut tx, &person, before, by).await? {
        Change::New => PutChange::New,
        Change::Changed | Change::CardsChanged => PutChange::Changed,
        Change::Same => PutChange::Same,
    };
    let record = crate::central::welcome::record_of(&mut tx, person.nip).await?;
    audit(&mut tx, office.clock.now(), &client.id, "api-put", &record).await?;
    tx.commit().await.map_err(crate::central::CentralError::from)?;
    Ok(Json(PutPerson { record, change }))
}

/// Another status, from a day on. Cards end, or hold again, by it.
#[utoipa::path(
    post, path = "/people/{record}/status", tag = "people", request_body = ChangeStatus,
    params(("record" = String, Path, description = "Of a person")),
    responses(
        (status = 200, body = Person), (status = 400, body = Fault), (status = 401, body = Fault),
        (status = 403, body = Fault), (status = 404, body = Fault), (status = 422, body = Fault),
        (status = 429, body = Fault)
    )
)]
pub async fn status(
    State(app): State<Arc<App>>,
    Writer(client): Writer,
    Named(record): Named,
    Body(asked): Body<ChangeStatus>,
) -> Result<Json<Person>, Refused> {
    let office = &app.office;
    let nip = registry::by_record(&office.store, &record).await?.ok_or_else(Refused::nobody)?;
    let last = office.today().checked_add(2.years()).unwrap_or(office.today());
    if asked.since.year() < 1950 || asked.since > last {
        return Err(Refused::new(FaultCode::Invalid, "since: from 1950 to two years ahead"));
    }
    let by = By { actor: &client.id, way: "api" };
    registry::change_status(office, nip, asked.status.status(), Some(asked.since), by).await?;
    let person = registry::find(&office.store, nip).await?.ok_or_else(Refused::nobody)?;
    Ok(Json(Person::of(record, person)))
}

async fn shown(app: &App, client: &str, nip: Nip) -> Result<Json<Person>, Refused> {
    let store = &app.office.store;
    let person = registry::find(store, nip).await?.ok_or_else(Refused::nobody)?;
    let record = registry::record_of(store, nip).await?.ok_or_else(Refused::nobody)?;
    noted(app, client, "api-read", &record).await?;
    Ok(Json(Person::of(record, person)))
}

/// Who looked at whom stays to be seen.
pub async fn noted(app: &App, client: &str, action: &str, subject: &str) -> Result<(), Refused> {
    let mut tx = app.office.store.write().await?;
    audit(&mut tx, app.office.clock.now(), client, action, subject).await?;
    tx.commit().await.map_err(crate::central::CentralError::from)?;
    Ok(())
}
