//! Carries connections from the addresses that a machine knows to the lab's ports, byte by byte.
//! Which port it is may hang on who asks: every machine has a metadata service of its own, at the same address.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::net::{IpAddr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

/// Where connections go, by the address that they come from.
#[derive(Debug, Clone, Default)]
pub(super) struct Routes(Arc<Mutex<BTreeMap<IpAddr, SocketAddr>>>);

impl Routes {
    pub(super) fn set(&self, from: IpAddr, to: SocketAddr) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(from, to);
    }

    fn of(&self, from: IpAddr) -> Option<SocketAddr> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&from).copied()
    }
}

/// Everybody's connections at an address go to one place.
pub(super) fn all(at: SocketAddr, to: SocketAddr) -> io::Result<()> {
    listen(at, move |_| Some(to))
}

/// Connections at an address go where the routes say; those of others are closed.
pub(super) fn by_peer(at: SocketAddr, routes: Routes) -> io::Result<()> {
    listen(at, move |from| routes.of(from))
}

fn listen(at: SocketAddr, to: impl Fn(IpAddr) -> Option<SocketAddr> + Send + 'static) -> io::Result<()> {
    let listener = TcpListener::bind(at)?;
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let Some(to) = stream.peer_addr().ok().and_then(|peer| to(peer.ip())) else { continue };
            thread::spawn(move || carry(&stream, to));
        }
    });
    Ok(())
}

/// A place that does not answer is a closed connection, as it would be without us.
fn carry(near: &TcpStream, to: SocketAddr) {
    let Ok(far) = TcpStream::connect(to) else { return };
    let _ = far.set_nodelay(true).and_then(|()| near.set_nodelay(true));
    let (Ok(near_reader), Ok(far_writer)) = (near.try_clone(), far.try_clone()) else { return };
    let there = thread::spawn(move || pump(near_reader, far_writer));
    if let Ok(near_writer) = near.try_clone() {
        pump(far, near_writer);
    }
    let _ = there.join();
}

fn pump(mut from: TcpStream, mut to: TcpStream) {
    let _ = io::copy(&mut from, &mut to).and_then(|_| to.flush());
    let _ = to.shutdown(Shutdown::Write);
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    fn free() -> SocketAddr {
        TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
    }

    fn ask(at: SocketAddr) -> String {
        let mut stream = TcpStream::connect(at).unwrap();
        // It may be closed already.
        let _ = stream.write_all(b"hello").and_then(|()| stream.shutdown(Shutdown::Write));
        let mut answer = String::new();
        let _ = stream.read_to_string(&mut answer);
        answer
    }

    #[test]
    fn who_asks_decides_whom_it_reaches() {
        let echo = TcpListener::bind("127.0.0.1:0").unwrap();
        let to = echo.local_addr().unwrap();
        thread::spawn(move || {
            for mut stream in echo.incoming().flatten() {
                let mut said = String::new();
                let _ = stream.read_to_string(&mut said).and_then(|_| stream.write_all(said.as_bytes()));
            }
        });
        let (known, routes) = (free(), Routes::default());
        by_peer(known, routes.clone()).unwrap();
        assert_eq!(ask(known), "", "nobody is known yet");
        routes.set("127.0.0.1".parse().unwrap(), to);
        assert_eq!(ask(known), "hello");
        let everybody = free();
        all(everybody, to).unwrap();
        assert_eq!(ask(everybody), "hello");
    }
}
