/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A folder of the host for a guest: a server of 9P2000.L over a socket.
 *
 * The guest is not trusted. Every file it holds is an O_PATH descriptor that was reached from the
 * share's folder name by name, never through a symbolic link, a mount point's ".." or a path of
 * several components, so nothing outside can be named, whatever is renamed meanwhile. Only regular
 * files and folders can be opened; there are no device nodes, no owners to change, no set-user-ID
 * bits. What this process may not do, the guest may not.
 */
#ifndef GABION_VM_SHARE_H
#define GABION_VM_SHARE_H

#include <stdbool.h>

/*
 * For the process that is to serve a share, and does nothing else: leave it the syscalls that this
 * takes, one for reading only those that change nothing, no capability but those about the rights
 * to files, and as many descriptors as it may have. Another call kills it, and with it the share.
 * 0 or -errno: it must not serve then.
 */
int gabion_vm_share_confine(bool read_only);

/*
 * Serve the folder @root, an O_PATH descriptor, on the socket @fd until the guest closes it, or
 * breaks the protocol. 0; -EPROTO; -errno. With @read_only, what would change anything is refused
 * with EROFS.
 */
int gabion_vm_share_serve(int fd, int root, bool read_only);

#endif /* GABION_VM_SHARE_H */
