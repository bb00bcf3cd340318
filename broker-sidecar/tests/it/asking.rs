//! A blocking connection that speaks any API in any version.
use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::ops::RangeInclusive;

use bytes::Bytes;
use weir_wire::header::{RequestHeader, decode_response_header, encode_request};
use weir_wire::messages::api_versions_request::ApiVersionsRequest;
use weir_wire::{Message, Reader, Request, Str};

use crate::process::LONG;

pub(crate) struct Asking {
    stream: TcpStream,
    correlation: i32,
    /// Advertised versions by API key.
    pub(crate) advertised: BTreeMap<i16, RangeInclusive<i16>>,
}

impl Asking {
    pub(crate) fn connect(port: u16) -> Self {
        Self::try_connect(port).unwrap()
    }

    /// Where the broker may be down.
    pub(crate) fn try_connect(port: u16) -> Result<Self, String> {
        let stream = TcpStream::connect(("127.0.0.1", port)).map_err(|e| e.to_string())?;
        stream.set_read_timeout(Some(LONG)).map_err(|e| e.to_string())?;
        let mut asking = Self { stream, correlation: 0, advertised: BTreeMap::new() };
        let answer = asking.ask(&ApiVersionsRequest::default(), 0)?;
        let keys = answer.api_keys.iter().map(|k| (k.api_key, k.min_version..=k.max_version));
        asking.advertised = keys.collect();
        Ok(asking)
    }

    /// The versions of `R` that the broker advertises and this codec knows.
    pub(crate) fn versions<R: Request>(&self) -> RangeInclusive<i16> {
        let advertised = &self.advertised[&(R::KEY as i16)];
        (*advertised.start()).max(R::MIN)..=(*advertised.end()).min(R::MAX)
    }

    /// Sends the request and reads its answer to the last byte.
    pub(crate) fn ask<R: Request>(
        &mut self,
        request: &R,
        version: i16,
    ) -> Result<R::Response, String> {
        self.send(request, version)?;
        self.answer::<R>(version)
    }

    /// Sends the request.
    pub(crate) fn send<R: Request>(&mut self, request: &R, version: i16) -> Result<(), String> {
        self.correlation += 1;
        let header = RequestHeader {
            correlation_id: self.correlation,
            client_id: Some(Str::from("asking")),
            ..RequestHeader::default()
        };
        let frame = encode_request(header, request, version).map_err(|e| e.to_string())?;
        self.stream.write_all(&frame.to_bytes().unwrap()).map_err(|e| e.to_string())
    }

    /// Reads the answer to what was sent last, to the last byte.
    pub(crate) fn answer<R: Request>(&mut self, version: i16) -> Result<R::Response, String> {
        let mut input = Reader::new(self.frame()?);
        let header = decode_response_header(&mut input, R::KEY, version);
        let header = header.map_err(|e| e.to_string())?;
        assert_eq!(header.correlation_id, self.correlation, "answers come in order");
        let response = R::Response::decode(&mut input, version).map_err(|e| e.to_string())?;
        match input.remaining() {
            0 => Ok(response),
            more => Err(format!("{more} bytes follow the answer")),
        }
    }

    fn frame(&mut self) -> Result<Bytes, String> {
        let mut length = [0; 4];
        self.stream.read_exact(&mut length).map_err(|e| e.to_string())?;
        let mut body = vec![0; u32::from_be_bytes(length) as usize];
        self.stream.read_exact(&mut body).map_err(|e| e.to_string())?;
        Ok(body.into())
    }
}
