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
