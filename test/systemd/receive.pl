# Receives what is sent to a socket of sd_notify(3) and prints one line a message. Node has no such sockets.
use strict;
use Socket;
$| = 1;
socket(my $socket, PF_UNIX, SOCK_DGRAM, 0) or die "socket: $!";
bind($socket, sockaddr_un($ARGV[0])) or die "bind: $!";
print "listening\n";
while (defined recv($socket, my $message, 65536, 0)) {
  $message =~ s/\n/;/g;
  print "$message\n";
}
