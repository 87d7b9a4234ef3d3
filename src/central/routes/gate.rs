//! The `Kode keamanan` before a form that was sent too often, from one address, for one number or over
//! the whole server: digits and work for this browser, instead of waiting. Behind an office's one address stand hundreds; one of them who
//! sends a form again and again must not make the others wait.

use maud::{Markup, html};

use super::form::{Fields, Visitor};
use crate::central::lookup::{Asked, Failed};
use crate::central::pages::{Asset, WORK_SCRIPT, WORKER};
use crate::central::{App, CentralError};
use crate::lang::Lang;

/// What a form shows beside its own fields.
pub struct Gate(Option<(Asked, Option<Failed>)>);

impl Gate {
    /// Nothing.
    pub fn open() -> Gate {
        Gate(None)
    }

    /// A new challenge where one is `needed`; with what was wrong with the last.
    pub fn before(
        app: &App,
        visitor: &Visitor,
        needed: bool,
        failed: Option<Failed>,
    ) -> Result<Gate, CentralError> {
        if !needed {
            return Ok(Gate::open());
        }
        let asked = app.lookup.captcha.ask(visitor.subject(&app.office), app.office.clock.now())?;
        Ok(Gate(Some((asked, failed))))
    }

    /// Whether this form may pass: `Ok(false)` where nobody has to work, `Ok(true)` where this one has.
    pub fn passed(
        app: &App,
        visitor: &Visitor,
        needed: bool,
        fields: &Fields,
    ) -> Result<bool, Option<Failed>> {
        if !needed {
            return Ok(false);
        }
        let (digits, proof) = (fields.get("angka"), fields.get("kerja"));
        if digits.is_empty() && proof.is_empty() {
            // It was not asked for yet when the page was made.
            return Err(None);
        }
        let (subject, now) = (visitor.subject(&app.office), app.office.clock.now());
        app.lookup.captcha.check(subject, &digits, &proof, now).map(|()| true).map_err(Some)
    }

    pub fn is_open(&self) -> bool {
        self.0.is_none()
    }

    /// For the form's attribute.
    pub fn challenge(&self) -> Option<&str> {
        self.0.as_ref().map(|(asked, _)| asked.challenge.as_str())
    }

    /// Script and worker of a page with this gate.
    pub fn scripts(&self) -> (Option<&'static Asset>, Option<&'static Asset>) {
        if self.is_open() { (None, None) } else { (Some(&WORK_SCRIPT), Some(&WORKER)) }
    }

    pub fn fields(&self, lang: Lang) -> Markup {
        let Some((asked, failed)) = &self.0 else { return html! {} };
        let spoken = asked.digits.chars().map(String::from).collect::<Vec<_>>().join(" ");
        html! {
            div.card {
                label for="angka" {
                    (lang.pick("Kode keamanan", "Security code"))
                    span.hint id="angka-hint" { (lang.pick(
                        "Sedang banyak yang mencoba masuk. Mohon ketik angka ini.",
                        "Many are trying to get in at this moment. Please type these digits."
                    )) }
                }
                @if let Some(failed) = failed {
                    p role="alert" { strong { (match failed {
                        Failed::Digits => lang.pick("Angkanya belum sama.", "The digits are not the same."),
                        Failed::Old | Failed::Work => lang.pick("Mohon ketik angka yang baru.", "Please type the new digits."),
                    }) } }
                }
                p.digits id="digits" aria-label=(spoken) role="img" { (asked.digits) }
                input id="angka" name="angka" inputmode="numeric" maxlength="12" required autocomplete="off"
                    aria-describedby="digits angka-hint";
                input type="hidden" name="kerja";
                p.quiet data-busy hidden role="status" { (lang.pick("Mohon tunggu sebentar.", "One moment, please.")) progress {} }
                noscript { p { (lang.pick(
                    "Peramban ini tidak menjalankan JavaScript. Mohon coba lagi nanti, atau lewat jaringan lain.",
                    "This browser runs no JavaScript. Please try again later, or through another network."
                )) } }
            }
        }
    }
}
