//! Where something was, with its doubt: a disc on the globe.
//!
//! Degrees are WGS 84, latitude north, longitude east; the doubt is a radius in metres, `None` where the source states none.
//! Distances are haversine on a sphere of radius 6,371,008.8 m (IUGG mean radius R₁). Does no I/O.

use std::fmt;

/// Mean radius of the Earth in metres (IUGG R₁, GRS 80).
pub const EARTH_RADIUS_M: f64 = 6_371_008.8;

/// A disc on the globe.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Region {
    lat_deg: f64,
    lon_deg: f64,
    radius_m: Option<f64>,
}

/// Why a place was refused.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum RegionError {
    /// Latitude outside −90…90.
    #[error("latitude {lat_deg} is not between -90 and 90")]
    Latitude {
        /// The latitude given, in degrees.
        lat_deg: f64,
    },
    /// Longitude outside −180…180.
    #[error("longitude {lon_deg} is not between -180 and 180")]
    Longitude {
        /// The longitude given, in degrees.
        lon_deg: f64,
    },
    /// A doubt that is not a distance on the globe.
    #[error("a doubt of {radius_m} m is not between 0 and half the Earth's girth")]
    Radius {
        /// The radius given, in metres.
        radius_m: f64,
    },
    /// Not of the form `53.9, 27.56` or `53.9, 27.56 ±100m`.
    #[error("a position is written as latitude, longitude and perhaps a doubt: 53.9006, 27.5590 ±100m")]
    Form,
}

impl Region {
    /// A disc around a point.
    ///
    /// # Errors
    /// [`RegionError`] for a point off the globe or a radius that is negative or more than half the Earth's girth.
    pub fn new(lat_deg: f64, lon_deg: f64, radius_m: Option<f64>) -> Result<Region, RegionError> {
        if !(-90.0..=90.0).contains(&lat_deg) {
            return Err(RegionError::Latitude { lat_deg });
        }
        if !(-180.0..=180.0).contains(&lon_deg) {
            return Err(RegionError::Longitude { lon_deg });
        }
        match radius_m {
            Some(radius_m) if !(0.0..=EARTH_RADIUS_M * std::f64::consts::PI).contains(&radius_m) => Err(RegionError::Radius { radius_m }),
            // −0.0 would print and hash differently from 0.0, though it is the same place.
            _ => Ok(Region { lat_deg: lat_deg + 0.0, lon_deg: lon_deg + 0.0, radius_m: radius_m.map(|r| r + 0.0) }),
        }
    }

    /// Degrees north.
    #[must_use]
    pub fn lat_deg(&self) -> f64 {
        self.lat_deg
    }

    /// Degrees east.
    #[must_use]
    pub fn lon_deg(&self) -> f64 {
        self.lon_deg
    }

    /// The doubt in metres, where the source states one.
    #[must_use]
    pub fn radius_m(&self) -> Option<f64> {
        self.radius_m
    }

    /// Distance between the two centres in metres (haversine).
    #[must_use]
    pub fn distance_m(&self, other: &Region) -> f64 {
        let (lat1, lat2) = (self.lat_deg.to_radians(), other.lat_deg.to_radians());
        let (dlat, dlon) = (lat2 - lat1, (other.lon_deg - self.lon_deg).to_radians());
        let h = (dlat / 2.0).sin().powi(2) + lat1.cos() * lat2.cos() * (dlon / 2.0).sin().powi(2);
        2.0 * EARTH_RADIUS_M * h.sqrt().min(1.0).asin()
    }

    /// Reads `53.9, 27.56`, `53.9 27.56` or `53.9, 27.56 ±100m` (also `+-100 m`, `±1km`).
    ///
    /// # Errors
    /// [`RegionError`] for another form or a point off the globe.
    pub fn parse(written: &str) -> Result<Region, RegionError> {
        let (point, doubt) = match written.split_once('±').or_else(|| written.split_once("+-")) {
            Some((point, doubt)) => (point, Some(doubt)),
            None => (written, None),
        };
        let mut numbers = point.split([',', ' ', ';']).filter(|part| !part.is_empty()).map(|part| part.parse::<f64>().map_err(|_| RegionError::Form));
        let (Some(lat), Some(lon), None) = (numbers.next(), numbers.next(), numbers.next()) else {
            return Err(RegionError::Form);
        };
        Region::new(lat?, lon?, doubt.map(metres).transpose()?)
    }
}

fn metres(written: &str) -> Result<f64, RegionError> {
    let written = written.trim();
    let (number, unit_m) = match (written.strip_suffix("km"), written.strip_suffix('m')) {
        (Some(number), _) => (number, 1000.0),
        (None, Some(number)) => (number, 1.0),
        (None, None) => (written, 1.0),
    };
    number.trim().parse::<f64>().map(|n| n * unit_m).map_err(|_| RegionError::Form)
}

/// The form that [`Region::parse`] reads back exactly.
impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, {}", self.lat_deg, self.lon_deg)?;
        if let Some(radius_m) = self.radius_m {
            write!(f, " ±{radius_m}m")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_region_reads_back_exactly(lat in -90.0..=90.0f64, lon in -180.0..=180.0f64, radius in proptest::option::of(0.0..2e7f64)) {
            let region = Region::new(lat, lon, radius).unwrap();
            prop_assert_eq!(Region::parse(&region.to_string()).unwrap(), region);
        }

        #[test]
        fn any_text_is_a_region_or_an_error(text in ".{0,60}") {
            let _ = Region::parse(&text);
        }
    }

    #[test]
    fn positions_off_the_globe_are_refused() {
        assert_eq!(Region::new(90.1, 0.0, None), Err(RegionError::Latitude { lat_deg: 90.1 }));
        assert_eq!(Region::new(0.0, -181.0, None), Err(RegionError::Longitude { lon_deg: -181.0 }));
        assert!(Region::new(f64::NAN, 0.0, None).is_err());
        assert!(Region::new(0.0, 0.0, Some(f64::INFINITY)).is_err());
        assert!(Region::parse("inf, 0").is_err());
    }

    #[test]
    fn a_degree_of_latitude_is_111_195_metres() {
        // R · π / 180, by hand.
        let d = Region::new(0.0, 0.0, None).unwrap().distance_m(&Region::new(1.0, 0.0, None).unwrap());
        assert!((d - 111_195.08).abs() < 0.01, "{d}");
    }
}
