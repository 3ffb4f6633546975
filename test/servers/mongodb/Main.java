// Runs mongo-java-server on 127.0.0.1. usage: java -cp 'lib/*' Main.java PORT [H2_FILE]
// Without H2_FILE data lives in memory only; with it, in that file, and survives a restart.
import de.bwaldvogel.mongo.MongoBackend;
import de.bwaldvogel.mongo.MongoServer;
import de.bwaldvogel.mongo.MongoVersion;
import de.bwaldvogel.mongo.backend.h2.H2Backend;
import de.bwaldvogel.mongo.backend.memory.MemoryBackend;
import java.util.List;
import org.h2.mvstore.MVStore;

public class Main {
    /** The library itself reports 3.x; current drivers refuse anything below wire version 9. */
    static final class Reports70 implements MongoVersion {
        @Override public List<Integer> getVersionArray() { return List.of(7, 0, 0); }
        @Override public int getWireVersion() { return 21; }
    }

    public static void main(String[] args) {
        int port = Integer.parseInt(args[0]);
        MongoBackend backend = args.length > 1 ? h2(args[1]) : new MemoryBackend();
        MongoServer server = new MongoServer(backend.version(new Reports70()));
        if ("1".equals(System.getenv("MONGODB_OPLOG"))) server.enableOplog(); // change streams; stores every write again
        server.bind("127.0.0.1", port);
        Runtime.getRuntime().addShutdownHook(new Thread(server::shutdownNow));
        System.out.println("listening on 127.0.0.1:" + port);
    }

    /** H2 writes to its file in the background; a kill -9 loses what is newer than this delay (H2's default is 1 s). */
    static H2Backend h2(String file) {
        MVStore store = new MVStore.Builder().fileName(file).open();
        store.setAutoCommitDelay(Integer.parseInt(System.getenv().getOrDefault("MONGODB_H2_COMMIT_MS", "20")));
        return new H2Backend(store);
    }
}
