namespace Holdfast.Adapters.Libvirt.Hook;

/// <summary>
/// The libvirt hook (libvirt.org/hooks.html) that refuses to start a Holdfast machine behind the agent's back, e.g. by <c>virsh start</c>.
/// It guards against mistakes; what makes a second start harmless are the lease and the guard.
/// </summary>
public static class HookScript
{
    /// <summary>The line by which an installed hook is known as ours.</summary>
    public const string Marker = "# holdfast-hook 1";

    /// <summary>The script, for the ticket directory of these paths.</summary>
    public static string Text(HostPaths paths) => Template.Replace("@TICKETS@", paths.TicketDirectory, StringComparison.Ordinal)
        .Replace("@NAMESPACE@", DomainXml.MetadataNamespace, StringComparison.Ordinal).Replace("@MARKER@", Marker, StringComparison.Ordinal);

    // prepare comes before anything is set up and start right before QEMU is executed: the first looks, the second takes the ticket away.
    private const string Template = """
        #!/bin/sh
        @MARKER@
        # Lets a Holdfast machine start only with a ticket that the host's agent has placed for this one start.
        PATH=/usr/sbin:/usr/bin:/sbin:/bin
        case "$2" in prepare|start) ;; *) exit 0 ;; esac
        xml=$(cat)
        case "$xml" in *@NAMESPACE@*) ;; *) exit 0 ;; esac

        refuse() {
          echo "$1 belongs to Holdfast and is started only by its agent, which asks for the lease first: use 'holdfast vm start $1'." >&2
          exit 1
        }

        flat=$(printf '%s' "$xml" | tr '\n' ' ')
        ours=$(printf '%s\n' "$flat" | sed -n 's/.*<[A-Za-z0-9_]*:\{0,1\}machine\( [^>]*@NAMESPACE@[^>]*\)>.*/\1/p')
        id=$(printf '%s\n' "$ours" | sed -n "s/.* id=[\"']\([0-9a-f-]\{36\}\)[\"'].*/\1/p")
        epoch=$(printf '%s\n' "$ours" | sed -n "s/.* epoch=[\"']\([0-9]\{1,20\}\)[\"'].*/\1/p")
        uuid=$(printf '%s\n' "$flat" | sed -n 's/.*<uuid>\([0-9a-f-]\{36\}\)<\/uuid>.*/\1/p')
        [ -n "$id" ] && [ -n "$epoch" ] && [ "$id" = "$uuid" ] || refuse "$1"

        ticket="@TICKETS@/$id-$epoch"
        if [ "$2" = prepare ]; then
          [ -f "$ticket" ] || refuse "$1"
        else
          rm "$ticket" 2>/dev/null || refuse "$1"
        fi
        exit 0

        """;
}
