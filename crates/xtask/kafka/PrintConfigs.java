import java.lang.reflect.Field;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.ConfigKey;
import org.apache.kafka.coordinator.group.GroupConfig;
import org.apache.kafka.server.config.AbstractKafkaConfig;
import org.apache.kafka.server.config.DynamicBrokerConfig;
import org.apache.kafka.server.config.DynamicConfig;
import org.apache.kafka.server.metrics.ClientMetricsConfigs;
import org.apache.kafka.storage.internals.log.LogConfig;

/**
 * Prints Kafka's configuration definitions, one a line, fields separated by tabs: table, name, type, default
 * ("-" for none, "=" before a value), importance, update mode, internal, validator and its two arguments.
 */
public class PrintConfigs {
    public static void main(String[] args) throws Exception {
        Map<String, String> modes = DynamicBrokerConfig.dynamicConfigUpdateModes();
        Map<String, ConfigKey> broker = AbstractKafkaConfig.CONFIG_DEF.configKeys();
        print("topic", LogConfig.configDefCopy().configKeys(), Map.of(), "cluster-wide");
        print("broker", broker, modes, "read-only");
        Map<String, ConfigKey> dynamicOnly = new TreeMap<>(DynamicConfig.Broker.configKeys());
        dynamicOnly.keySet().removeAll(broker.keySet());
        print("broker_dynamic", dynamicOnly, Map.of(), "per-broker");
        print("group", GroupConfig.CONFIG_DEF.configKeys(), Map.of(), "cluster-wide");
        print("client_metrics", ClientMetricsConfigs.configDef().configKeys(), Map.of(), "cluster-wide");
    }

    static void print(String table, Map<String, ConfigKey> keys, Map<String, String> modes, String otherwise)
            throws Exception {
        for (ConfigKey key : new TreeMap<>(keys).values()) {
            String mode = modes.getOrDefault(key.name, otherwise);
            System.out.println(String.join("\t", table, key.name, key.type.name(), defaultOf(key),
                key.importance.name(), mode, String.valueOf(key.internalConfig), validator(key)));
        }
    }

    static String defaultOf(ConfigKey key) {
        if (!key.hasDefault()) return "!";
        String value = ConfigDef.convertToString(key.defaultValue, key.type);
        return value == null ? "-" : "=" + value;
    }

    static String validator(ConfigKey key) throws Exception {
        Object it = key.validator;
        if (it == null) return "any\t\t";
        switch (it.getClass().getSimpleName()) {
            case "Range":
                return "range\t" + orDash(field(it, "min")) + "\t" + orDash(field(it, "max"));
            case "ValidString":
                return "one of\t" + commas(field(it, "validStrings")) + "\t";
            case "CaseInsensitiveValidString":
                return "one of, any case\t" + commas(field(it, "validStrings")) + "\t";
            case "ValidList":
                Object of = field(field(it, "validString"), "validStrings");
                return "list\t" + commas(of) + "\t" + field(it, "isEmptyAllowed");
            case "NonEmptyString":
                return "not empty\t\t";
            case "NonNullValidator":
                return "any\t\t";
            default:
                return "other\t" + it + "\t";
        }
    }

    static String orDash(Object number) {
        return number == null ? "-" : number.toString();
    }

    @SuppressWarnings("unchecked")
    static String commas(Object strings) {
        return String.join(",", new java.util.TreeSet<>((Collection<String>) strings));
    }

    static Object field(Object of, String name) throws Exception {
        Field field = of.getClass().getDeclaredField(name);
        field.setAccessible(true);
        return field.get(of);
    }
}
