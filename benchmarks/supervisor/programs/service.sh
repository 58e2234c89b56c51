# The service where there is no C compiler. It cannot tell the time, so the reader of the marks puts its own.
#   sh service.sh MARKS INDEX quiet|chatty|flood [BYTES]
trap 'echo "E $2 $$ 0" >>"$1"; exit 0' TERM INT
echo "S $2 $$ 0" >>"$1"
case $3 in
  chatty) i=0; while [ $i -lt 20 ]; do printf '%012d%087d\n' $i 0; i=$((i + 1)); done ;;
  flood) yes "$(printf '%099d' 0)" | head -c "$4"; echo "F $2 $$ 0" >>"$1" ;;
esac
while :; do sleep 1000 & wait $!; done
