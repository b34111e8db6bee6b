//! From readings to energy windows.

mod sensor;

pub use sensor::{CounterSensor, CounterUnit, PowerSensor, Reading, Sensor};
