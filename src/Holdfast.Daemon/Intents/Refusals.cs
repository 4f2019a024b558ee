using Holdfast.Adapters.Etcd;
using Holdfast.Api;

namespace Holdfast.Daemon.Intents;

/// <summary>Refusals of the parts, as the API says them.</summary>
internal static class Refusals
{
    public static void Throw(IntentRefusal? refusal)
    {
        if (refusal is not null)
        {
            throw new ApiException(
                refusal.Problem switch
                {
                    IntentProblem.NoQuorum => ErrorCode.NoQuorum,
                    IntentProblem.NotFound => ErrorCode.NotFound,
                    _ => ErrorCode.Conflict,
                },
                refusal.Text);
        }
    }

    public static void Throw(string? refusal, ErrorCode code = ErrorCode.Failed)
    {
        if (refusal is not null)
        {
            throw new ApiException(code, refusal);
        }
    }
}
