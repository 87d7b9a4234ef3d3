//! Tests of whole faces.
