#!/bin/sh
# Makes a fresh Debian tree the image of the boot test's machines: called by mmdebstrap with the tree's path, as root.
# What only a container or only an emulated machine needs is given at its start.
set -eu
root=$1
here=$(dirname "$0")

printf 'LABEL=cloudimg-rootfs / ext4 rw,discard,errors=remount-ro 0 1\n' >"$root/etc/fstab"
: >"$root/etc/machine-id"
echo boot-test >"$root/etc/hostname"
install -m 644 "$here/90-boot-test.cfg" "$root/etc/cloud/cloud.cfg.d/90-boot-test.cfg"
install -m 644 "$here/boot-test-shell.service" "$root/etc/systemd/system/boot-test-shell.service"
install -m 755 "$here/boot-test-shell.sh" "$root/usr/local/lib/boot-test-shell"

systemctl --root "$root" enable boot-test-shell.service systemd-networkd.service systemd-resolved.service
# A machine without anything but its host has no packages to look for and no time to ask for.
systemctl --root "$root" mask apt-daily.timer apt-daily-upgrade.timer e2scrub_all.timer e2scrub_reap.service \
    systemd-timesyncd.service getty@tty1.service
rm -rf "$root/var/lib/apt/lists"/* "$root/var/cache/apt"/*.bin "$root/etc/ssh"/ssh_host_*
