# bash health.sh live|ready: whether the process of this container lives, or takes work.
# Not node: to start one for each look takes a tenth of a second of CPU or two.
exec 3<>"/dev/tcp/127.0.0.1/${PORT:-3000}" || exit 1
printf 'GET /health/%s HTTP/1.0\r\n\r\n' "$1" >&3
read -r _ status _ <&3
[ "$status" = 200 ]
