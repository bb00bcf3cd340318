import org.apache.kafka.common.errors.InvalidMetadataException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.protocol.Errors;

/** Prints Kafka's error codes, one a line: code, name, retriable, stale metadata. */
public class PrintErrors {
    public static void main(String[] args) {
        for (Errors error : Errors.values()) {
            boolean retriable = error.exception() instanceof RetriableException;
            boolean staleMetadata = error.exception() instanceof InvalidMetadataException;
            System.out.println(error.code() + "\t" + error.name() + "\t" + retriable + "\t" + staleMetadata);
        }
    }
}
