//! A claim as a row, and back: the only place that knows which column holds which kind of value.
//!
//! `start_us` and `end_us` are the bounds of the value where it is a time, else of `held`, on the clock they were written with; they serve
//! joins and order. A row that does not read back is [`StoreError::Corrupt`], never a panic.

use kniha_core::access::Sealed;
use kniha_core::claim::{KnownTo, Stance, Status};
use kniha_core::id::{ClaimId, NodeId};
use kniha_core::name::{LangTag, Name, NameKind};
use kniha_core::place::Region;
use kniha_core::time::{UtcMicros, Window};
use kniha_core::value::Value;
use kniha_core::vocab::{self, Property, ValueType};

use crate::error::{StoreError, corrupt};

/// Columns of a claim that hold its value, in the order of [`ValueColumns`].
#[derive(Debug, Clone, Default, PartialEq, sqlx::FromRow)]
pub(crate) struct ValueColumns {
    pub text: Option<String>,
    pub lang: Option<String>,
    pub name_kind: Option<String>,
    pub code: Option<String>,
    pub ref_no: Option<i64>,
    pub int_value: Option<i64>,
    pub real_value: Option<f64>,
    pub window_text: Option<String>,
    pub start_us: Option<i64>,
    pub end_us: Option<i64>,
    pub lat_deg: Option<f64>,
    pub lon_deg: Option<f64>,
    pub radius_m: Option<f64>,
    pub sealed: Option<Vec<u8>>,
}

/// A claim as it is read. `ref_id` is the id of the record that `ref_no` numbers; the other joined columns are of its record and member.
#[derive(Debug, Clone, sqlx::FromRow)]
pub(crate) struct ClaimRow {
    pub no: i64,
    pub id: String,
    pub subject_no: i64,
    pub seq: i64,
    pub property: String,
    #[sqlx(flatten)]
    pub value: ValueColumns,
    pub ref_id: Option<String>,
    pub held: Option<String>,
    pub origin: Option<String>,
    pub salt: Option<Vec<u8>>,
    pub value_commit: Vec<u8>,
    pub grounds_commit: Vec<u8>,
    pub stance: String,
    pub first_status: String,
    pub status: String,
    pub known_to: String,
    pub case_no: i64,
    pub made_by: i64,
    pub made_us: i64,
    pub hash: Vec<u8>,
    pub erased_us: Option<i64>,
}

/// What [`ClaimRow`] selects, from `claim c`, `claim_state s` and the referred record `r`.
macro_rules! claim_columns {
    () => {
        "c.no, c.id, c.subject_no, c.seq, c.property, c.text, c.lang, c.name_kind, c.code, c.ref_no, c.int_value, c.real_value, c.window_text, \
         c.start_us, c.end_us, c.lat_deg, c.lon_deg, c.radius_m, c.sealed, r.id AS ref_id, c.held, c.origin, c.salt, c.value_commit, c.grounds_commit, \
         c.stance, c.status AS first_status, COALESCE(s.status, c.status) AS status, c.known_to, c.case_no, c.made_by, c.made_us, c.hash, c.erased_us"
    };
}
pub(crate) use claim_columns;

/// The joins that [`claim_columns`] needs.
macro_rules! claim_joins {
    () => {
        " LEFT JOIN claim_state s ON s.claim_no = c.no LEFT JOIN node r ON r.no = c.ref_no "
    };
}
pub(crate) use claim_joins;

impl ValueColumns {
    /// `ref_no` is filled in by the caller, who knows the numbers.
    pub(crate) fn of(value: &Value, held: Option<&Window>) -> ValueColumns {
        let mut columns = ValueColumns::default();
        let mut bounds = held;
        match value {
            Value::Text { text, lang } => {
                columns.text = Some(text.clone());
                columns.lang = lang.as_ref().map(|l| l.as_str().to_owned());
            }
            Value::Name(name) => {
                columns.text = Some(name.text().to_owned());
                columns.lang = name.lang().map(|l| l.as_str().to_owned());
                columns.name_kind = Some(name.kind().code().to_owned());
            }
            Value::Ref(_) => {}
            Value::Integer(n) => columns.int_value = Some(*n),
            Value::Real(x) => columns.real_value = Some(*x),
            Value::Window(window) => {
                columns.window_text = Some(window.to_string());
                bounds = Some(window);
            }
            Value::Region(region) => {
                columns.lat_deg = Some(region.lat_deg());
                columns.lon_deg = Some(region.lon_deg());
                columns.radius_m = region.radius_m();
            }
            Value::Code(code) => columns.code = Some(code.clone()),
            Value::Address(address) => columns.text = Some(address.clone()),
            Value::Sealed(sealed) => columns.sealed = Some(sealed.bytes().to_vec()),
        }
        columns.start_us = bounds.and_then(Window::start).map(|b| b.us);
        columns.end_us = bounds.and_then(Window::end).map(|b| b.us);
        columns
    }
}

impl ClaimRow {
    pub(crate) fn property(&self) -> Result<&'static Property, StoreError> {
        vocab::property(&self.property).ok_or_else(|| self.bad("property"))
    }

    /// The value, `None` where it was erased.
    pub(crate) fn value(&self) -> Result<Option<Value>, StoreError> {
        if self.erased_us.is_some() {
            return Ok(None);
        }
        let (v, property) = (&self.value, self.property()?);
        let lang = || v.lang.as_deref().map(LangTag::parse).transpose().map_err(|_| self.bad("lang"));
        let text = || v.text.clone().ok_or_else(|| self.bad("text"));
        let value = match &property.value {
            ValueType::Text => Value::Text { text: text()?, lang: lang()? },
            ValueType::Name => {
                let kind = NameKind::parse(v.name_kind.as_deref().unwrap_or_default()).map_err(|_| self.bad("name_kind"))?;
                Value::Name(Name::new(&text()?, lang()?, kind).map_err(|_| self.bad("text"))?)
            }
            ValueType::Ref(_) => Value::Ref(self.ref_id.as_deref().and_then(|id| NodeId::parse(id).ok()).ok_or_else(|| self.bad("ref_no"))?),
            ValueType::Integer => Value::Integer(v.int_value.ok_or_else(|| self.bad("int_value"))?),
            ValueType::Real => Value::Real(v.real_value.ok_or_else(|| self.bad("real_value"))?),
            ValueType::Window => Value::Window(v.window_text.as_deref().and_then(|w| Window::parse(w).ok()).ok_or_else(|| self.bad("window_text"))?),
            ValueType::Region => match (v.lat_deg, v.lon_deg) {
                (Some(lat), Some(lon)) => Value::Region(Region::new(lat, lon, v.radius_m).map_err(|_| self.bad("lat_deg"))?),
                _ => return Err(self.bad("lat_deg")),
            },
            ValueType::Code(_) => Value::Code(v.code.clone().ok_or_else(|| self.bad("code"))?),
            ValueType::Address => Value::Address(text()?),
            ValueType::Sealed => Value::Sealed(v.sealed.clone().and_then(|b| Sealed::new(b).ok()).ok_or_else(|| self.bad("sealed"))?),
        };
        Ok(Some(value))
    }

    pub(crate) fn claim_id(&self) -> Result<ClaimId, StoreError> {
        ClaimId::parse(&self.id).map_err(|_| self.bad("id"))
    }

    pub(crate) fn held(&self) -> Result<Option<Window>, StoreError> {
        self.held.as_deref().map(Window::parse).transpose().map_err(|_| self.bad("held"))
    }

    pub(crate) fn status(&self) -> Result<Status, StoreError> {
        Status::parse(&self.status).map_err(|_| self.bad("status"))
    }

    pub(crate) fn first_status(&self) -> Result<Status, StoreError> {
        Status::parse(&self.first_status).map_err(|_| self.bad("status"))
    }

    pub(crate) fn stance(&self) -> Result<Stance, StoreError> {
        Stance::parse(&self.stance).map_err(|_| self.bad("stance"))
    }

    pub(crate) fn known_to(&self) -> Result<KnownTo, StoreError> {
        KnownTo::parse(&self.known_to).map_err(|_| self.bad("known_to"))
    }

    pub(crate) fn made(&self) -> UtcMicros {
        UtcMicros(self.made_us)
    }

    pub(crate) fn bad(&self, column: &'static str) -> StoreError {
        corrupt("claim", column, self.no)
    }
}
